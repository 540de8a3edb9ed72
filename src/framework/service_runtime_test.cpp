// What a service may ask of the node besides calls: tasks, timers, counters, its log, its folder.
#include "framework/service_runtime.hpp"

#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "framework/planned_services_test.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct Ticking : Planned {
  using Planned::Planned;
  Task<> initialize() override {
    every("tick", 10_s, &Ticking::tick);
    co_return;
  }
  Task<> tick() {
    ++begun;
    if (busy.ns > 0) co_await sleep(busy);
    if (fails) throw std::runtime_error("sensor gone");
    ++ended;
  }
  Duration busy{0};
  bool fails = false;
  int begun = 0, ended = 0;
};

struct ServiceRuntimeTest : testing::Test {
  template <class Service>
  Service& host(const std::string& tag = "a1") {
    auto object = std::make_unique<Service>(tag, Planned::Plan{}, node.events);
    Service& made = *object;
    node.services.offer("a", std::make_unique<PlannedInstance>("a", std::move(object), "in_process", false));
    node.executor.run_ready();
    return made;
  }
  PlannedNode node;
};

TEST_F(ServiceRuntimeTest, a_timer_runs_at_once_and_then_each_interval) {
  Ticking& service = host<Ticking>();
  EXPECT_EQ(service.ended, 1);
  node.executor.advance(9s);
  EXPECT_EQ(service.ended, 1);
  node.executor.advance(21s);
  EXPECT_EQ(service.ended, 4);
}

TEST_F(ServiceRuntimeTest, a_timer_never_overlaps_itself) {
  Ticking& service = host<Ticking>();
  service.busy = 25_s;
  node.executor.advance(34s);
  EXPECT_EQ(service.begun, 2);
  EXPECT_EQ(service.ended, 1);
  node.executor.advance(2s);
  EXPECT_EQ(service.ended, 2);
}

TEST_F(ServiceRuntimeTest, an_exception_of_a_timer_is_logged_and_the_next_tick_comes) {
  Ticking& service = host<Ticking>();
  service.fails = true;
  node.executor.advance(20s);
  EXPECT_EQ(service.begun, 3);
  EXPECT_EQ(node.log.count("ERROR | Service.a | timer failed, next run as usual: sensor gone"), 2u)
      << node.log.text();
  service.fails = false;
  node.executor.advance(10s);
  EXPECT_EQ(service.ended, 2);
}

TEST_F(ServiceRuntimeTest, a_timer_ends_with_its_generation) {
  Ticking& service = host<Ticking>();
  service.busy = 5_s;
  node.executor.advance(12s);
  node.offer("a", "a2");
  node.executor.advance(1s);
  EXPECT_EQ(node.count("destroy a1"), 1);
  EXPECT_FALSE(node.log.has("ERROR")) << node.log.text();
}

TEST_F(ServiceRuntimeTest, a_task_runs_beside_the_calls_from_the_next_turn_of_the_loop_on) {
  Planned& service = node.offer("a", "a1");
  int step = 0;
  service.spawn("work", [&]() -> Task<> {
    step = 1;
    co_await service.sleep(1_s);
    step = 2;
  });
  EXPECT_EQ(step, 0);
  node.executor.run_ready();
  EXPECT_EQ(step, 1);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  node.executor.advance(1s);
  EXPECT_EQ(step, 2);
}

TEST_F(ServiceRuntimeTest, the_callable_of_a_task_lives_as_long_as_its_coroutine) {
  Planned& service = node.offer("a", "a1");
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = alive;
  service.spawn("work", [kept = std::move(alive), &service]() -> Task<> {
    co_await service.sleep(1_s);
    ++*kept;
  });
  node.executor.run_ready();
  EXPECT_FALSE(watched.expired());
  node.executor.advance(1s);
  EXPECT_TRUE(watched.expired());
}

TEST_F(ServiceRuntimeTest, a_task_that_throws_is_logged_by_its_name_and_harms_nobody) {
  Planned& service = node.offer("a", "a1");
  service.spawn("watch", []() -> Task<> {
    throw std::runtime_error("lost the file");
    co_return;
  });
  service.spawn("early", []() -> Task<> { throw Error(Errc::internal, "before its first wait"); });
  node.executor.run_ready();
  EXPECT_TRUE(node.log.has("ERROR | Service.a | task watch ended: lost the file")) << node.log.text();
  EXPECT_TRUE(node.log.has("ERROR | Service.a | task early ended: before its first wait")) << node.log.text();
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
}

TEST_F(ServiceRuntimeTest, tasks_and_timers_call_as_the_service) {
  struct Who : Planned {
    using Planned::Planned;
    SERVICE_METHOD(who, ());
    Task<std::string> who() { co_return std::string((co_await this_call()).caller.user); }
  };
  Who& service = host<Who>();
  std::string user;
  service.spawn("ask", [&]() -> Task<> { user = (co_await service.proxy["a"]["who"]()).as_string(); });
  node.executor.run_ready();
  EXPECT_EQ(user, "service:a@node-1");
}

TEST_F(ServiceRuntimeTest, a_stopping_service_gets_no_new_tasks) {
  std::string refused;
  Planned& service = node.offer("a", "a1", {{}, {}, [&](Planned& self) -> Task<> {
                                              try {
                                                self.spawn("late", []() -> Task<> { co_return; });
                                              } catch (const Error& error) {
                                                refused = error.message();
                                              }
                                              co_return;
                                            }});
  (void)service;
  node.services.removed("a");
  node.executor.advance(1s);
  EXPECT_EQ(refused, "the service is stopping: no new background tasks");
}

TEST_F(ServiceRuntimeTest, a_service_knows_who_it_is) {
  Planned& service = node.offer("a", "a1");
  EXPECT_EQ(service.service_name, "a");
  EXPECT_EQ(service.node_id(), "node-1");
  EXPECT_EQ(service.status(), "running");
  EXPECT_EQ(service.generation(), 1u);
  EXPECT_EQ(service.data_dir(), "data/a");
  EXPECT_EQ(service.timestamp(), "2026-11-22T00:00:00.000Z");
  node.executor.advance(90s);
  EXPECT_EQ(service.runtime().uptime_seconds(), 90);
}

TEST_F(ServiceRuntimeTest, every_service_answers_for_its_health_and_itself) {
  node.offer("a", "a1");
  node.executor.advance(2s);
  EXPECT_EQ(node.ask("a/health_check"),
            R"(ok {"status":"healthy","service":"a","uptime":2.0,"last_check":"2026-11-22T00:00:02.000Z"})");
  const std::string info = node.ask("a/get_service_info");
  EXPECT_TRUE(
      info.starts_with(R"(ok {"name":"a","version":"1.0.0","description":"planned a1","status":"running")"))
      << info;
}

TEST_F(ServiceRuntimeTest, lines_of_a_service_have_its_name_and_their_fields_behind_the_text) {
  Planned& service = node.offer("a", "a1");
  service.logger.info("CPU {:.1f}%, job {}", 12.34, 7, "port"_a = 8080, "name"_a = "x y");
  EXPECT_TRUE(node.log.has("INFO | Service.a | CPU 12.3%, job 7  port=8080 name=\"x y\"")) << node.log.text();
  node.log.set_level(LogLevel::warn);
  EXPECT_FALSE(service.logger.enabled(LogSeverity::info));
  service.logger.debug("not written");
  EXPECT_FALSE(node.log.has("not written"));
}

TEST_F(ServiceRuntimeTest, lines_belong_to_the_call_they_are_written_in) {
  Planned& service = node.offer("a", "a1");
  std::vector<LogTrace> seen;
  service.look = [&] { seen.push_back(LogScope::current()); };
  const LogScope other({{7, 7}, 7});
  FakeCall call;
  node.rpc.call(FakeNode::request("a/slow"), call);
  node.executor.run_ready();
  EXPECT_EQ(LogScope::current().span, 7u) << "what runs besides is another's";
  node.executor.advance(1s);
  ASSERT_EQ(call.answer, "ok \"a1\"");
  ASSERT_EQ(seen.size(), 2u);
  for (const LogTrace& trace : seen) {
    EXPECT_EQ(trace.trace, FakeNode::request("a/slow").trace) << "before and after it has waited";
    EXPECT_EQ(trace.span, 0x77u);
  }
}

TEST_F(ServiceRuntimeTest, counters_survive_a_reload) {
  node.offer("a", "a1").counter("jobs").add(3);
  Planned& next = node.offer("a", "a2");
  next.counter("jobs").add();
  next.gauge("queue").set(5);
  EXPECT_EQ(node.cells.of("a").cell("jobs", false).value, 4);
  std::map<std::string, std::pair<bool, std::int64_t>> all;
  node.cells.all().at("a").each(
      [&](const ServiceCells::Named& named) { all[named.name] = {named.gauge, named.cell.value}; });
  EXPECT_EQ(all, (std::map<std::string, std::pair<bool, std::int64_t>>{{"jobs", {false, 4}},
                                                                       {"queue", {true, 5}}}));
}

TEST(ServiceCells, are_bounded_and_always_the_same_under_their_name) {
  ServiceCells cells;
  ServiceCells::Cells &a = cells.of("a"), &b = cells.of("b");
  const std::string long_name(100, 'n');
  detail::Cell& first = a.cell(long_name, false);
  for (std::size_t i = 0; i < 2 * ServiceCells::most; ++i) a.cell("c" + std::to_string(i), false).value = 1;
  EXPECT_EQ(&a.cell(long_name, false), &first);
  std::size_t count = 0;
  cells.all().at("a").each([&](const ServiceCells::Named&) { ++count; });
  EXPECT_EQ(count, ServiceCells::most + 1);
  EXPECT_EQ(&a.cell("new", false), &a.cell("newer", false));
  EXPECT_NE(&b.cell("new", false), &a.cell("new", false));
}

TEST(ServiceCellsThreads, threads_that_ask_for_the_same_cells_at_once_get_the_same_and_lose_no_count) {
  ServiceCells cells;
  ServiceCells::Cells& of_a = cells.of("a");
  constexpr int names = 50, rounds = 20;
  const auto count = [&](int first) {
    for (int round = 0; round < rounds; ++round)
      for (int i = 0; i < names; ++i)
        Counter(of_a.cell("c" + std::to_string((first + i) % names), false)).add();
  };
  std::thread threads[] = {std::thread(count, 0), std::thread(count, names / 2),
                           std::thread(count, names - 1)};
  for (std::thread& thread : threads) thread.join();
  int seen = 0;
  of_a.each([&](const ServiceCells::Named& named) {
    ++seen;
    EXPECT_EQ(named.cell.value, 3 * rounds) << named.name;
  });
  EXPECT_EQ(seen, names);
}

}  // namespace
}  // namespace p2p
