"""A node with several loops: threadsafe methods run where their call arrives, all others on the one home loop."""

import http.client
import pathlib
import socket
import threading
import unittest

import node as harness
from node import PROGRAM, Folders, Node, NodeCase, replace, run_program
from wire import LOOP, exchange, until

LOOPS = 3
UNLOADS = PROGRAM.exists() and b"__tsan_init" not in PROGRAM.read_bytes()  # not under ThreadSanitizer

# Members without a lock, that only methods of the home loop touch: ThreadSanitizer would tell of a second thread, and
# `threads` does without it.
SERVICE = r"""
#include <atomic>
#include <set>
#include <thread>

#include <time.h>
#include <unistd.h>

#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "loops";

  Task<> cleanup() override {
    logger.info("loops cleaned up");
    co_return;
  }

  SERVICE_METHOD(where, (), public = true, role = "viewer", threadsafe = true);
  std::int64_t where() { return gettid(); }

  // ---- the home loop's

  SERVICE_METHOD(bump, (by = 1), public = true, role = "viewer");
  std::int64_t bump(std::int64_t by) {
    home_threads_.insert(gettid());
    return count_ += by;
  }
  SERVICE_METHOD(seen, (), public = true, role = "viewer");
  Value seen() { return Value{{"count", count_}, {"threads", home_threads_.size()}, {"begun", begun_.load()}}; }

  // ---- from any loop

  SERVICE_METHOD(bump_home, (by = 1), public = true, role = "viewer", threadsafe = true);
  Task<Value> bump_home(std::int64_t by) {
    const auto before = gettid();
    const Value count = co_await proxy["loops"]["bump"]("by"_a = by);
    if (gettid() != before) throw Error(Errc::internal, "resumed on another thread");
    co_return count;
  }
  SERVICE_METHOD(call_beside, (), public = true, role = "viewer", threadsafe = true);
  Task<bool> call_beside() { co_return (co_await proxy["loops"]["where"]()).as_int() == gettid(); }

  SERVICE_METHOD(use_everything, (), public = true, role = "viewer", threadsafe = true);
  Task<Value> use_everything() {
    const auto here = gettid();
    counter("used").add();
    logger.info("used on a loop", "thread"_a = std::int64_t{here});
    const auto stays = [&](const char* what) {
      if (gettid() != here) throw Error(Errc::internal, std::string("resumed on another thread after ") + what);
    };
    co_await sleep(1_ms);
    stays("sleep");
    co_await yield();
    stays("yield");
    const auto elsewhere = co_await run_blocking([] { return gettid(); });
    stays("run_blocking");
    Signal done{*this};
    std::thread worker([&done] { done.set(); });
    co_await done;
    stays("Signal");
    worker.join();
    spawn("after", [this] { return after(); });
    const Context& context = co_await this_call();
    co_return Value{{"blocked elsewhere", elsewhere != here}, {"user", context.caller.user},
                    {"trace", context.trace_id()},            {"deadline", context.deadline_ns > 0},
                    {"interval", config["interval"].get<int>(7)}, {"node", node_id()}, {"status", status()}};
  }
  Task<> after() {
    home_threads_.insert(gettid());
    counter("after").add();
    co_return;
  }

  SERVICE_METHOD(nap, (ms), public = true, role = "viewer", threadsafe = true, timeout = 60);
  Task<std::int64_t> nap(std::int64_t ms) {
    ++begun_;
    try {
      co_await sleep(Duration{ms * 1'000'000});
    } catch (const Error& error) {
      counter("ended_" + std::string(errc_name(error.code()))).add();
      throw;
    }
    co_return ms;
  }
  SERVICE_METHOD(nap_home, (ms), public = true, role = "viewer", timeout = 60);
  Task<std::int64_t> nap_home(std::int64_t ms) { co_return co_await nap(ms); }
  SERVICE_METHOD(nap_through, (ms), public = true, role = "viewer", threadsafe = true, timeout = 60);
  Task<Value> nap_through(std::int64_t ms) { co_return co_await proxy["loops"]["nap_home"]("ms"_a = ms); }

  SERVICE_METHOD(keep_home, (ms), public = true, role = "viewer");
  void keep_home(std::int64_t ms) { keep(ms); }
  SERVICE_METHOD(keep_here, (ms), public = true, role = "viewer", threadsafe = true);
  void keep_here(std::int64_t ms) { keep(ms); }

  SERVICE_METHOD(secret, (word), public = true, role = "admin", threadsafe = true, secret = "word");
  std::int64_t secret(std::string) { return gettid(); }

  SERVICE_METHOD(much, (), public = true, role = "viewer");
  std::string much() { return std::string(2 << 20, 'x'); }

 private:
  static void keep(std::int64_t ms) {
    const timespec time{ms / 1000, ms % 1000 * 1'000'000};
    nanosleep(&time, nullptr);
  }

  std::int64_t count_ = 0;
  std::set<pid_t> home_threads_;
  std::atomic<int> begun_{0};
};

EXPORT_SERVICE(Run)
"""


class Client:
    """One connection, which one loop has."""

    def __init__(self, node):
        self.connection = http.client.HTTPConnection(LOOP, node.port, timeout=30)
        self.token = node.token("admin")
        self.thread = self.call("where")

    def ask(self, method, path, body=None, headers=None):
        return exchange(self.connection, method, path, body, self.token, headers)

    def rpc(self, method, params=None, headers=None):
        return self.ask("POST", "/rpc/loops/" + method, {"params": params or {}}, headers)

    def call(self, method, params=None):
        answer = self.rpc(method, params)
        assert answer.status == 200, answer
        return answer.json["result"]

    def close(self):
        self.connection.close()


def clients_on_each_loop(case, node, loops=LOOPS):
    """{thread: client}: opens connections until every loop has one."""
    found = {}

    def look():
        client = Client(node)
        case.addCleanup(client.close)
        found.setdefault(client.thread, client)
        return len(found) == loops

    until(look, lambda: f"a connection on each of {loops} loops: {list(found)}")
    return found


def in_background(case, work, *arguments):
    """The answers come into the list, or the error that came in their place."""
    answers = []

    def run():
        try:
            answers.append(work(*arguments))
        except Exception as error:  # for the test to look at
            answers.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    case.addCleanup(thread.join, 30)
    return thread, answers


class Loops(NodeCase):
    services = {"loops": SERVICE}
    options = {"args": ("--threads", str(LOOPS))}

    def home(self):
        """(the client on the home loop, those on the others)."""
        found = clients_on_each_loop(self, self.node)
        home = self.node.pid  # the main loop is the process's first thread
        return found[home], [client for thread, client in found.items() if thread != home]

    def test_connections_are_spread_over_the_loops_and_stay_there(self):
        for client in clients_on_each_loop(self, self.node).values():
            self.assertEqual([client.call("where") for _ in range(20)], [client.thread] * 20)
        self.assertEqual(self.node.metric("p2p_loops"), LOOPS)

    def test_methods_that_are_not_threadsafe_meet_one_thread_however_they_are_called(self):
        before = self.node.call("loops/seen")["count"]
        clients = [Client(self.node) for _ in range(12)]
        for client in clients:
            self.addCleanup(client.close)
        wrong = []

        def work(client, i):
            for _ in range(40):
                for method in ("bump", "bump_home") if i % 2 else ("bump_home", "bump"):
                    answer = client.rpc(method)
                    if answer.status != 200:
                        wrong.append(answer)
            if not client.call("call_beside"):
                wrong.append("a threadsafe method called another one on another loop")

        running = [in_background(self, work, client, i) for i, client in enumerate(clients)]
        for thread, answers in running:
            thread.join(60)
            self.assertEqual(answers, [None])
        self.assertEqual(wrong, [])
        seen = self.node.call("loops/seen")
        self.assertEqual((seen["count"] - before, seen["threads"]), (12 * 40 * 2, 1))

    def test_all_that_the_sdk_offers_works_on_every_loop(self):
        _, sides = self.home()
        used, after = (self.node.metric("p2p_service_events_total", name=name) for name in ("used", "after"))
        for client in sides:
            answer = client.rpc("use_everything")
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(
                answer.json["result"],
                {
                    "blocked elsewhere": True,
                    "user": "client",
                    "trace": answer.headers["x-trace-id"],
                    "deadline": True,
                    "interval": 7,
                    "node": self.node.id,
                    "status": "running",
                },
            )
        self.assertEqual(self.node.metric("p2p_service_events_total", name="used"), used + len(sides))
        until(
            lambda: self.node.metric("p2p_service_events_total", name="after") == after + len(sides),
            "the tasks that were spawned ran",
        )
        self.assertEqual(self.node.call("loops/seen")["threads"], 1, "they ran on the home loop")
        self.assertIn("used on a loop", self.node.log())

    def test_every_other_request_is_the_main_loops_whoever_has_the_connection(self):
        home, sides = self.home()
        for path in ("/", "/readyz?verbose", "/methods", "/local/services/loops", "/errors/timeout", "/nothing", "/rpc/x/y"):
            verb = "POST" if path.startswith("/rpc") else "GET"
            body = {"params": {}} if verb == "POST" else None
            wanted = home.ask(verb, path, body)
            for client in sides:
                answer = client.ask(verb, path, body)
                self.assertEqual((answer.status, answer.code if answer.status > 400 else None),
                                 (wanted.status, wanted.code if wanted.status > 400 else None))
                self.assertEqual(answer.headers.keys(), wanted.headers.keys())
        for client in sides:
            self.assertEqual(len(client.call("much")), 2 << 20)
            self.assertEqual(client.ask("GET", "/metrics").status, 200)
            self.assertEqual(client.ask("HEAD", "/health").status, 200)

    def test_errors_are_the_same_on_every_loop(self):
        for client in clients_on_each_loop(self, self.node).values():
            self.assertError(client.rpc("nap"), 422, "invalid_params")
            self.assertError(client.rpc("nap", {"ms": 60000}, {"X-P2P-Timeout": "100ms"}), 504, "timeout")
            self.assertError(client.rpc("nap_through", {"ms": 60000}, {"X-P2P-Timeout": "100ms"}), 504, "timeout")
            client.token = "nobody"
            self.assertError(client.rpc("where"), 401, "unauthenticated")
            client.token = self.node.token("viewer")
            self.assertError(client.rpc("secret", {"word": "x"}), 403, "forbidden")

    def test_a_client_that_leaves_ends_its_call_on_whatever_loop(self):
        _, sides = self.home()
        token = self.node.token("viewer")
        for method in ("nap", "nap_through"):
            for _ in range(2 * LOOPS):  # some of them come to side loops
                before = self.node.metric("p2p_service_events_total", name="ended_cancelled")
                begun = self.node.call("loops/seen")["begun"]
                body = b'{"params":{"ms":60000}}'
                head = (
                    f"POST /rpc/loops/{method} HTTP/1.1\r\nHost: {LOOP}:{self.node.port}\r\n"
                    f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                with self.node.connect() as wire:
                    wire.send(head.encode() + body)
                    until(lambda: self.node.call("loops/seen")["begun"] > begun, "it naps")
                    counts = self.node.get("/cluster/status").json["request_stats"]["active_request_counts"]
                    self.assertEqual(counts.get("loops/" + method), 1, counts)
                    explained = self.node.get(f"/methods/loops/{method}/explain").json["candidates"]
                    self.assertGreaterEqual(explained[0]["in_flight"], 1, "whichever loop it runs on")
                until(
                    lambda: self.node.metric("p2p_service_events_total", name="ended_cancelled") > before,
                    f"{method} was cancelled",
                )
        until(lambda: self.node.metric("p2p_rpc_inflight") == 0, "nothing runs any more")
        self.assertTrue(sides)

    def test_calls_of_all_loops_are_counted_together(self):
        found = clients_on_each_loop(self, self.node)
        labels = {"service": "loops", "method": "where", "outcome": "ok"}
        before = self.node.metric("p2p_rpc_requests_total", **labels)
        answered = self.node.metric("p2p_http_requests_total", route="/rpc/{service}/{method}", status="200")
        for client in found.values():
            for _ in range(10):
                client.call("where")
        self.assertEqual(self.node.metric("p2p_rpc_requests_total", **labels), before + 10 * LOOPS)
        self.assertEqual(
            self.node.metric("p2p_http_requests_total", route="/rpc/{service}/{method}", status="200"),
            answered + 10 * LOOPS,
        )
        method = self.node.get("/methods/loops/where").json
        self.assertGreaterEqual(method["statistics"]["calls"], 10 * LOOPS)

    def test_an_admins_call_is_on_disk_before_it_is_answered_on_whatever_loop(self):
        for client in clients_on_each_loop(self, self.node).values():
            answer = client.rpc("secret", {"word": "hunter2"})
            self.assertEqual((answer.status, answer.json["result"]), (200, client.thread))
            trace = answer.headers["x-trace-id"]
            records = [r for r in self.node.audit() if r["trace_id"] == trace]
            self.assertEqual([r["object"] for r in records], [f"loops/secret@{self.node.id}"])
            self.assertNotIn("hunter2", str(records))

    def test_while_the_main_loop_is_kept_the_others_answer_and_say_so(self):
        home, sides = self.home()
        thread, answers = in_background(self, home.rpc, "keep_home", {"ms": 4000})
        side = sides[0]
        until(lambda: side.ask("GET", "/health").json["state"] == "degraded", "another loop sees it", 10)
        self.assertEqual(side.call("where"), side.thread)
        self.assertEqual(side.ask("GET", "/livez").status, 200)
        self.assertIn(b"has not turned for", side.ask("GET", "/livez?verbose").body)
        self.assertEqual(side.rpc("bump_home", headers={"X-P2P-Timeout": "200ms"}).code, "timeout")
        self.assertEqual(answers, [], "all of that while it was kept")
        thread.join(30)
        self.assertEqual(answers[0].status, 200)
        until(lambda: side.ask("GET", "/health").json["state"] == "ready", "it is well again")
        self.node.wait_log("loops/keep_home kept the loop for")

    def test_a_loop_that_is_kept_is_named_in_the_log(self):
        _, sides = self.home()
        sides[0].call("keep_here", {"ms": 200})
        self.node.wait_log("loops/keep_here kept loop ")

    def test_a_second_node_on_the_port_is_refused_whether_it_shares_or_not(self):
        for more in ((), ("--threads", "2")):
            folders = Folders()
            self.addCleanup(folders.close)
            code, _, said = run_program(
                folders, "coordinator", "--port", self.node.port, "--state-dir", folders.state,
                "--services-dir", folders.services, *more,
            )
            self.assertEqual(code, 1, said)
            self.assertIn(f"port {self.node.port} is taken", said)

    def test_more_loops_than_there_may_be_are_refused(self):
        folders = Folders()
        self.addCleanup(folders.close)
        for number in ("0", "65", "two"):
            code, _, said = run_program(folders, "coordinator", "--threads", number)
            self.assertEqual(code, 2, said)
            self.assertIn("--threads", said)


CHANGING = r"""
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  Task<> initialize() override { mark_ = "MARK"; co_return; }
  SERVICE_METHOD(mark, (), public = true, role = "viewer", threadsafe = FLAG);
  std::string mark() { return mark_; }
  SERVICE_METHOD(slow, (), public = true, role = "viewer", threadsafe = true);
  Task<std::string> slow() { co_await sleep(2_ms); co_return mark_; }
  SERVICE_METHOD(through, (), public = true, role = "viewer", threadsafe = true);
  Task<Value> through() { co_return co_await proxy["changing"]["at_home"](); }
  SERVICE_METHOD(at_home, (), public = true, role = "viewer");
  std::string at_home() { ++calls_; return mark_; }
  SERVICE_METHOD(blocking, (), public = true, role = "viewer", threadsafe = true);
  Task<std::string> blocking() { co_return co_await run_blocking([mark = mark_] { return mark; }); }

 private:
  std::string mark_;
  int calls_ = 0;
};
EXPORT_SERVICE(Run)
"""
VERSIONS, RELOADS = 3, 30


class Reload(NodeCase):
    options = {"args": ("--threads", str(LOOPS))}

    def build(self):
        """Libraries, as an administrator would drop them in; in every second `mark` stays at home."""
        for i in range(VERSIONS):
            text = CHANGING.replace("MARK", f"v{i}").replace("FLAG", "true" if i % 2 else "false")
            self.node.folders.put(f"built{i}", text)
        for i in range(VERSIONS):
            self.node.wait_service(f"built{i}", lambda entry: entry["status"] == "running", 120)
        built = []
        for i in range(VERSIONS):
            folder = self.node.folders.state / "build" / f"built{i}"
            (library,) = (file for file in folder.glob("*.so") if not file.name.startswith("run-"))
            built.append(library.read_bytes())
        return built

    def test_reloads_under_load_from_all_loops_lose_no_call(self):
        node, libraries = self.node, self.build()
        node.folders.put("changing", {"ready.so": libraries[0]})
        node.wait_call("changing/mark", wanted="v0")
        stopping, wrong, calls = threading.Event(), [], []
        marks = {f"v{i}" for i in range(VERSIONS)}

        def work(method):
            connection = http.client.HTTPConnection(LOOP, node.port, timeout=30)
            token, count = node.token("viewer"), 0
            while not stopping.is_set():
                answer = exchange(connection, "POST", "/rpc/changing/" + method, {"params": {}}, token)
                count += 1
                if answer.status != 200 or answer.json["result"] not in marks:
                    wrong.append(answer)
            calls.append(count)
            connection.close()

        running = [in_background(self, work, method) for method in ("mark", "slow", "through", "blocking") * 3]
        self.addCleanup(stopping.set)
        for i in range(1, RELOADS + 1):
            replace(node.folders.services / "changing" / "ready.so", libraries[i % VERSIONS])
            node.wait_call("changing/mark", wanted=f"v{i % VERSIONS}")
        stopping.set()
        for thread, answers in running:
            thread.join(30)
            self.assertEqual(answers, [None])
        self.assertEqual(wrong[:3], [], f"{len(wrong)} of {sum(calls)}")
        self.assertGreaterEqual(node.metric("p2p_service_reloads_total"), RELOADS)
        if not UNLOADS:
            return
        self.assertEqual(node.metric("p2p_services_leaked_generations"), 0)
        try:
            maps = lambda: pathlib.Path(f"/proc/{node.pid}/maps").read_text()
            own = str(node.folders.path)
            mapped = lambda: {line.split(maxsplit=5)[5] for line in maps().splitlines() if own in line}
            until(lambda: len(mapped()) <= 1 + VERSIONS, lambda: f"mapped still: {mapped()}")
        except PermissionError:
            pass  # only root may look; the node's own count of leaks is looked at above


class Stop(unittest.TestCase):
    def start(self, loops=LOOPS):
        node = Node(services={"loops": SERVICE}, args=("--threads", str(loops)))
        self.addCleanup(node.close)
        return node

    def test_calls_on_all_loops_end_services_clean_up_and_the_node_ends_with_0(self):
        node = self.start()
        found = clients_on_each_loop(self, node)
        running = [
            in_background(self, client.rpc, method, {"ms": 1500})
            for client, method in zip(found.values(), ("nap", "nap_through", "nap"))
        ]
        until(lambda: node.call("loops/seen")["begun"] == LOOPS, "all of them nap")
        node.signal()

        def refuses():
            with socket.socket() as wire:
                wire.settimeout(10)
                return wire.connect_ex((LOOP, node.port)) != 0

        until(refuses, "no loop takes connections any more")
        for thread, answers in running:
            thread.join(30)
            self.assertEqual((answers[0].status, answers[0].json["result"]), (200, 1500))
            self.assertEqual(answers[0].headers.get("connection"), "close")
        self.assertEqual(node.wait(), 0)
        self.assertIn("loops cleaned up", node.log())

    def test_what_does_not_end_in_time_is_cancelled_on_every_loop(self):
        node = self.start()
        found = clients_on_each_loop(self, node)
        running = [in_background(self, client.rpc, "nap", {"ms": 50000}) for client in found.values()]
        until(lambda: node.call("loops/seen")["begun"] == LOOPS, "all of them nap")
        node.signal()
        self.assertEqual(node.wait(30), 0)
        for thread, answers in running:
            thread.join(30)
            self.assertEqual((answers[0].status, answers[0].code), (503, "draining"))
        self.assertIn("3 calls did not end in time", node.log())
        self.assertIn("loops cleaned up", node.log())

    def test_a_loop_that_hangs_does_not_keep_the_node(self):
        node = self.start(2)
        found = clients_on_each_loop(self, node, 2)
        home = found.pop(node.pid)
        (client,) = found.values()
        in_background(self, client.rpc, "keep_here", {"ms": 60000})
        until(lambda: home.ask("GET", "/health").json["state"] == "degraded", "the loop is kept", 10)
        ready = home.ask("GET", "/readyz?verbose")
        self.assertEqual(ready.status, 503)
        self.assertIn(b"[-]loops failed: one has not turned for", ready.body)
        node.signal()
        self.assertEqual(node.wait(40), 1)
        self.assertIn("loop 1 has not turned for", node.log())


if __name__ == "__main__":
    harness.main()
