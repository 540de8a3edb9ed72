// Calls between services that know each other's types, and calls through a held handle.
#include <gtest/gtest.h>
#include <p2p/contract.hpp>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

enum class Mood { good, bad };
struct Numbers {
  std::vector<int> list;
  std::optional<std::string> note;
  Mood mood = Mood::good;
};
struct Odd : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "an odd one"; }
};

/// What `store` promises, as its callers see it.
struct Store : Contract {
  static constexpr std::string_view SERVICE_NAME = "store";
  Method<"twice(numbers, factor)", Numbers(Numbers, int)> twice{this};
  Method<"less(from, what)", int(int, int)> less{this};
  Method<"clear()", void()> clear{this};
  Method<"fail(how)", int(std::string)> fail{this};
  Method<"nap()", void()> nap{this};
  Method<"secret(password)", void(std::string)> secret{this};
  Method<"who()", Value()> who{this};
};

struct StoreService : BaseService {
  SERVICE_METHOD(twice, (numbers, factor));
  Task<Numbers> twice(Numbers numbers, int factor) {
    given = numbers.list.data();
    for (int& number : numbers.list) number *= factor;
    gave = numbers.list.data();
    co_return numbers;
  }
  SERVICE_METHOD(less, (from, what));
  int less(int from, int what) { return from - what; }
  SERVICE_METHOD(clear, ());
  Task<> clear() { return {}; }
  SERVICE_METHOD(fail, (how));
  Task<int> fail(std::string how) {
    if (how == "odd") throw Odd();
    if (how == "empty") co_return co_await Task<int>();
    throw Error(Errc::conflict, "busy", Value{{"by", "x"}});
  }
  SERVICE_METHOD(nap, ());
  Task<> nap() { co_await sleep(60_s); }
  SERVICE_METHOD(secret, (password), role = "admin", secret = "password");
  void secret(std::string) {}
  SERVICE_METHOD(who, ());
  Task<Value> who() {
    const Context& ctx = co_await this_call();
    co_return Value{{"user", ctx.caller.user}, {"depth", int{ctx.depth}}, {"trace", ctx.trace_id()}};
  }

  const int* given = nullptr;
  const int* gave = nullptr;
};

/// The same names, after a change of mind: another struct, parameters in another order, another result.
struct OtherNumbers {
  std::vector<int> list;
  std::string added = "new here";
};
struct OtherStore : BaseService {
  SERVICE_METHOD(twice, (factor, numbers, more = 1));
  OtherNumbers twice(int factor, OtherNumbers numbers, int more) {
    for (int& number : numbers.list) number = number * factor + more;
    return numbers;
  }
  SERVICE_METHOD(less, (what, from));
  int less(int what, int from) { return from - what; }
  SERVICE_METHOD(clear, ());
  std::string clear() { return "cleared"; }
  SERVICE_METHOD(who, ());
  int who() { return 5; }
  SERVICE_METHOD(fail, (how));
  std::string fail(std::string) { return "no number"; }
};

struct Asker : BaseService {
  SERVICE_METHOD(twice, ());
  Task<Value> twice() {
    std::vector<int> list(100, 3);
    const int* mine = list.data();
    const Numbers numbers = co_await store->twice({std::move(list), "n", Mood::bad}, 2);
    arguments_moved = mine == seen->given;
    result_moved = numbers.list.data() == seen->gave;
    co_return Value{{"first", numbers.list.at(0)},
                    {"size", numbers.list.size()},
                    {"note", numbers.note.value_or("none")},
                    {"bad", numbers.mood == Mood::bad}};
  }
  SERVICE_METHOD(less, ());
  Task<int> less() { co_return co_await store->less(10, 3); }
  SERVICE_METHOD(clear, ());
  Task<> clear() { co_await store->clear(); }
  SERVICE_METHOD(fail, (how));
  Task<int> fail(std::string how) { co_return co_await store->fail(how); }
  SERVICE_METHOD(nap, (), timeout = 60);
  Task<> nap() { co_await store->nap(); }
  SERVICE_METHOD(secret, ());
  Task<> secret() { co_await store->secret("hunter2"); }
  SERVICE_METHOD(who, ());
  Task<Value> who() { co_return co_await store->who(); }
  SERVICE_METHOD(held, ());
  Task<Value> held() { co_return co_await (*handle)("from"_a = 5, "what"_a = 2); }
  SERVICE_METHOD(held_object, ());
  Task<Value> held_object() { co_return co_await (*handle)(Value{{"what", 1}, {"from", 5}}); }

  std::optional<Store> store;
  std::optional<MethodHandle> handle;
  const StoreService* seen = nullptr;
  bool arguments_moved = false, result_moved = false;
};

struct TypedCallTest : testing::Test {
  TypedCallTest() { look_at("", asker.object()); }
  void look_at(std::string_view selector, Asker& object) {
    object.store.emplace(object.proxy.contract<Store>(selector));
    object.handle.emplace(object.proxy["store"]["less"].handle());
    object.seen = &store.object();
  }
  std::string ask(std::string_view method, Value params = {}) {
    receiver.answer.clear();
    node.start(asker.method(method), receiver, std::move(params));
    return receiver.answer;
  }
  [[nodiscard]] std::int64_t pins() {
    return store.generation().pins().sum() + asker.generation().pins().sum();
  }

  FakeNode node;
  FakeService<StoreService> store{node.registry, node.runner, node.log, "store"};
  FakeService<Asker> asker{node.registry, node.runner, node.log, "asker"};
  FakeReceiver receiver;
};

constexpr const char* doubled = R"(ok {"first":6,"size":100,"note":"n","bad":true})";

TEST_F(TypedCallTest, arguments_and_result_are_moved_where_the_types_are_the_same) {
  EXPECT_EQ(ask("twice"), doubled);
  EXPECT_TRUE(asker.object().arguments_moved);
  EXPECT_TRUE(asker.object().result_moved);
  EXPECT_EQ(ask("less"), "ok 7");
  EXPECT_EQ(ask("clear"), "ok null");
}

TEST_F(TypedCallTest, a_contract_looks_again_after_a_change_and_goes_by_names_where_types_differ) {
  EXPECT_EQ(ask("twice"), doubled);
  {
    FakeService<OtherStore> changed(node.registry, node.runner, node.log, "store");
    EXPECT_EQ(ask("twice"), R"(ok {"first":7,"size":100,"note":"none","bad":false})");
    EXPECT_FALSE(asker.object().result_moved);
    EXPECT_EQ(ask("less"), "ok 7");
    EXPECT_EQ(ask("held"), "ok 3");
    EXPECT_EQ(ask("clear"), "ok null");
    EXPECT_EQ(ask("who"), "ok 5");
  }
  store.publish(ServiceStatus::running);
  EXPECT_EQ(ask("twice"), doubled);
  EXPECT_TRUE(asker.object().result_moved);
}

TEST_F(TypedCallTest, an_answer_that_does_not_fit_is_the_answerers_failure) {
  const FakeService<OtherStore> changed(node.registry, node.runner, node.log, "store");
  EXPECT_EQ(ask("fail", Value{{"how", "odd"}}),
            "method_failed: the answer of store/fail does not fit its caller: expected integer, got string");
}

TEST_F(TypedCallTest, what_the_callee_throws_arrives_as_an_error) {
  EXPECT_EQ(ask("fail", Value{{"how", "odd"}}), "method_failed: an odd one");
  EXPECT_EQ(ask("fail", Value{{"how", "error"}}), "conflict: busy");
  EXPECT_EQ(receiver.answers, 2);
  EXPECT_TRUE(ask("fail", Value{{"how", "empty"}}).starts_with("method_failed: an empty Task"));
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(TypedCallTest, nothing_is_held_between_calls) {
  EXPECT_EQ(ask("twice"), doubled);
  EXPECT_EQ(ask("held"), "ok 3");
  EXPECT_EQ(pins(), 0);
  store.withdraw();
  EXPECT_EQ(ask("twice"), "service_not_found: no service store");
  EXPECT_EQ(ask("held"), "service_not_found: no service store");
  store.publish(ServiceStatus::stopping);
  EXPECT_TRUE(ask("held").starts_with("draining: "));
  store.publish(ServiceStatus::running);
  EXPECT_EQ(ask("held_object"), "ok 4");
}

TEST_F(TypedCallTest, a_call_waits_for_its_service_to_start) {
  store.publish(ServiceStatus::starting);
  EXPECT_EQ(ask("twice"), "");
  EXPECT_EQ(ask("held"), "");
  store.publish(ServiceStatus::running);
  node.executor.run_ready();
  EXPECT_EQ(receiver.answers, 2);
  EXPECT_TRUE(asker.object().result_moved);
  EXPECT_EQ(receiver.answer, "ok 3");
}

TEST_F(TypedCallTest, the_context_is_inherited) {
  EXPECT_EQ(ask("who"), R"(ok {"user":"alice","depth":1,"trace":"0123456789abcdeffedcba9876543210"})");
}

TEST_F(TypedCallTest, the_deadline_and_a_caller_that_leaves_end_it) {
  ask("nap");
  node.executor.advance(31s);
  EXPECT_EQ(receiver.answer, "timeout: store/nap did not answer within its time");
  CallRecord* record = node.start(asker.method("nap"), receiver);
  node.runner.cancel(*record, Errc::cancelled);
  node.executor.run_ready();
  EXPECT_EQ(receiver.answer, "cancelled: the caller went away");
  EXPECT_EQ(pins(), 0);
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(TypedCallTest, roles_are_compared_and_admin_calls_recorded) {
  EXPECT_EQ(ask("secret"), "ok null");
  ASSERT_EQ(node.audit.calls.size(), 1u);
  EXPECT_EQ(node.audit.calls[0].params, (Value{{"password", "***"}}));
  CallRequest request = FakeNode::request("asker/secret", {}, Role::viewer);
  node.runner.start(asker.method("secret"), std::move(request), receiver);
  EXPECT_EQ(receiver.answer, "forbidden: store/secret needs role admin, alice has viewer");
}

TEST(Fingerprint, tells_what_two_libraries_must_have_in_common) {
  struct A {
    int x = 0;
    std::string y;
  };
  const auto of = []<class R, class... P>(R (*)(P...)) { return detail::types_print<R, P...>; };
  const auto number = of(static_cast<int (*)()>(nullptr));
  EXPECT_NE(number, of(static_cast<unsigned (*)()>(nullptr)));
  EXPECT_NE(number, of(static_cast<float (*)()>(nullptr)));
  EXPECT_NE(number, of(static_cast<int (*)(int)>(nullptr)));
  EXPECT_NE(of(static_cast<A (*)()>(nullptr)), of(static_cast<Numbers (*)()>(nullptr)));
  EXPECT_NE(of(static_cast<std::vector<int> (*)()>(nullptr)), of(static_cast<Stream<int> (*)()>(nullptr)));
  EXPECT_NE(of(static_cast<std::optional<int> (*)()>(nullptr)),
            of(static_cast<std::vector<int> (*)()>(nullptr)));
  EXPECT_NE(detail::with_name(number, "a"), detail::with_name(number, "b"));
  EXPECT_EQ(number, of(static_cast<int (*)()>(nullptr)));
}

}  // namespace
}  // namespace p2p
