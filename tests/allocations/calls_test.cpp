// Calls between services on one node: what they take from the heap once they are warm is what their values
// take, and nothing else.
#include <gtest/gtest.h>
#include <p2p/service.hpp>

#include "bench/allocations.hpp"
#include "bench/local_call_services.hpp"

namespace p2p {
namespace {

constexpr int calls = 1000;
const std::string long_text(200, 'x');  // more than fits into a std::string without a block

struct Store : Contract {
  static constexpr std::string_view SERVICE_NAME = "store";
  Method<"nothing()", void()> nothing{this};
  Method<"echo(text)", std::string(std::string)> echo{this};
  Method<"sum(to)", int(int)> sum{this};
};

class StoreService final : public BaseService {
 public:
  SERVICE_METHOD(nothing, ());
  Task<> nothing() { co_return; }
  SERVICE_METHOD(echo, (text));
  Task<std::string> echo(std::string text) { co_return text; }
  SERVICE_METHOD(sum, (to));
  Task<int> sum(int to) {
    Stream<int> upto = numbers(to);
    int sum = 0;
    while (auto number = co_await upto.next()) sum += *number;
    co_return sum;
  }
  Stream<int> numbers(int to) {
    for (int i = 0; i < to; ++i) co_yield i;
  }
  SERVICE_METHOD(tells, ());
  Task<> tells() {
    for (int i = 0; i < 10; ++i) co_await progress(0.1, "on the way");
  }
};

struct Allocations : testing::Test {
  Allocations() { node.host("store", std::make_unique<StoreService>()); }
  ~Allocations() override { allocations::count_here(false); }

  /// Blocks taken by `calls` repetitions of `call`, after some to warm it up.
  template <class F>
  std::uint64_t taken_by(F call) {
    std::uint64_t taken = 0;
    node.run([&](BaseService& self) { return repeated(self, call, taken); });
    return taken;
  }
  template <class F>
  static Task<> repeated(BaseService& self, F& call, std::uint64_t& taken) {
    for (int i = 0; i < 10; ++i) co_await call(self);
    allocations::count_here(true);
    const std::uint64_t before = allocations::taken();
    for (int i = 0; i < calls; ++i) co_await call(self);
    taken = allocations::taken() - before;
    allocations::count_here(false);
  }

  bench::LocalCallNode node{10};
};

TEST_F(Allocations, are_counted) {
  std::string kept;
  EXPECT_GE(taken_by([&](BaseService&) -> Task<> {
              kept = std::string(1000, 'x');
              kept.shrink_to_fit();
              co_return;
            }),
            static_cast<std::uint64_t>(calls));
}

TEST_F(Allocations, a_call_by_name_makes_none) {
  EXPECT_EQ(taken_by([](BaseService& self) -> Task<> { (void)co_await self.proxy["store"]["nothing"](); }),
            0u);
}

TEST_F(Allocations, a_call_by_a_held_handle_makes_none) {
  std::optional<MethodHandle> handle;
  EXPECT_EQ(taken_by([&](BaseService& self) -> Task<> {
              if (!handle) handle.emplace(self.proxy["store"]["nothing"].handle());
              (void)co_await (*handle)();
            }),
            0u);
}

TEST_F(Allocations, a_typed_call_makes_none) {
  std::optional<Store> store;
  EXPECT_EQ(taken_by([&](BaseService& self) -> Task<> {
              if (!store) store.emplace(self.proxy.contract<Store>());
              co_await store->nothing();
            }),
            0u);
}

TEST_F(Allocations, of_a_typed_call_with_values_are_the_callers_own) {
  std::optional<Store> store;
  EXPECT_EQ(taken_by([&](BaseService& self) -> Task<> {
              if (!store) store.emplace(self.proxy.contract<Store>());
              (void)co_await store->echo(long_text);  // one: the copy that is given
            }),
            static_cast<std::uint64_t>(calls));
}

TEST_F(Allocations, of_a_stream_do_not_grow_with_its_items) {
  std::optional<Store> store;
  const auto read = [&](int items) {
    return taken_by([&store, items](BaseService& self) -> Task<> {
      if (!store) store.emplace(self.proxy.contract<Store>());
      (void)co_await store->sum(items);
    });
  };
  EXPECT_EQ(read(10), read(500));
}

TEST_F(Allocations, progress_that_nobody_hears_makes_none) {
  EXPECT_EQ(taken_by([](BaseService& self) -> Task<> { (void)co_await self.proxy["store"]["tells"](); }), 0u);
}

}  // namespace
}  // namespace p2p
