"""100 reloads under a steady load: no call is lost, memory stays flat, libraries are really unloaded (service-sdk.md, section 11)."""

import http.client
import json
import pathlib
import statistics
import subprocess
import tempfile
import threading

import node as harness
from node import PROGRAM, SANITIZED, NodeCase, replace
from probe import PROBE, small
from wire import LOOP, exchange, until

RELOADS = 100
VARIANTS = 4
COMPILED = 5  # of another service, beside the storm, from its source

STORM = """
#include <memory>
#include <stdexcept>
#include <string>

#include <p2p/service.hpp>
using namespace p2p;

namespace storm {
struct Info {  // every other version has another one than its callers
  std::string mark;
  FIELD
  std::vector<int> list;
};
}  // namespace storm
namespace {
struct Odd : std::exception {  // its type goes with the library
  const char* what() const noexcept override { return "MARK is odd"; }
};
struct Static {  // has a destructor, which runs when the library goes
  std::string text = std::string(4096, 's');
  ~Static() { text.clear(); }
} a_static;
}  // namespace

class Run : public BaseService {
 public:
  Task<> initialize() override {
    INITIALIZE
    every("tick", 5_ms, &Run::tick);
    co_return;
  }
  Task<> tick() { ++ticks_; co_return; }

  SERVICE_METHOD(mark, (), public = true, role = "viewer");
  std::string mark() { return a_static.text.size() == 4096 ? "MARK" : "unloaded"; }

  SERVICE_METHOD(slow_mark, (), public = true, role = "viewer");
  Task<std::string> slow_mark() {
    co_await sleep(3_ms);
    co_return mark();
  }

  SERVICE_METHOD(fail, (), public = true, role = "viewer");
  Task<> fail() {
    co_await sleep(1_ms);
    throw std::runtime_error("MARK fails as planned");
  }

  SERVICE_METHOD(odd, (), public = true, role = "viewer");
  Task<int> odd() {
    co_await sleep(1_ms);
    throw Odd();
  }

  SERVICE_METHOD(info, (), public = true, role = "viewer");
  storm::Info info() {
    storm::Info info;
    info.mark = mark();
    info.list.assign(100, 7);
    return info;
  }

  SERVICE_METHOD(marks, (times), stream = true, public = true, role = "viewer");
  Stream<storm::Info> marks(int times) {
    for (int i = 0; i < times; ++i) {
      if (i % 50 == 0) co_await sleep(1_ms);
      co_yield info();
    }
  }

  SERVICE_METHOD(inside, (), public = true, role = "viewer");
  Task<std::string> inside() { co_return (co_await proxy["probe"]["echo"]("value"_a = "MARK")).as_string(); }

 private:
  int ticks_ = 0;
  std::unique_ptr<std::string> ballast_ = std::make_unique<std::string>(1 << 16, 'b');
};
EXPORT
"""

# A service that stays, and knows the types of one that is reloaded.
FRIEND = """
#include <p2p/service.hpp>
using namespace p2p;

namespace storm {
struct Info {
  std::string mark;
  std::int64_t number = 5;
  std::vector<int> list;
};
}  // namespace storm
struct Storm : Contract {
  static constexpr std::string_view SERVICE_NAME = "storm";
  Method<"mark()", std::string()> mark{this};
  Method<"slow_mark()", std::string()> slow_mark{this};
  Method<"info()", storm::Info()> info{this};
  Method<"odd()", int()> odd{this};
  Method<"marks(times)", Stream<storm::Info>(int)> marks{this};
};

class Run : public BaseService {
 public:
  SERVICE_METHOD(typed, (), public = true, role = "viewer");
  Task<std::string> typed() { co_return co_await storm_.mark(); }

  SERVICE_METHOD(typed_slow, (), public = true, role = "viewer");
  Task<std::string> typed_slow() { co_return co_await storm_.slow_mark(); }

  SERVICE_METHOD(typed_struct, (), public = true, role = "viewer");
  Task<std::string> typed_struct() {
    const storm::Info info = co_await storm_.info();
    co_return info.number == 5 && info.list == std::vector<int>(100, 7) ? info.mark : "wrong values";
  }

  SERVICE_METHOD(typed_odd, (), public = true, role = "viewer");
  Task<int> typed_odd() { co_return co_await storm_.odd(); }

  SERVICE_METHOD(typed_stream, (), public = true, role = "viewer");
  Task<std::string> typed_stream() {
    auto infos = storm_.marks(150);
    std::string mark;
    int items = 0;
    while (auto info = co_await infos.next()) {
      if (items++ > 0 && info->mark != mark) co_return "a stream of two versions";
      mark = std::move(info->mark);
    }
    co_return items == 150 ? mark : std::to_string(items) + " items";
  }

  SERVICE_METHOD(held, (), public = true, role = "viewer");
  Task<Value> held() {
    for (int i = 0; i < 20; ++i) (void)co_await mark_();
    co_return co_await mark_();
  }

  SERVICE_METHOD(early, (), public = true, role = "viewer");
  Task<std::string> early() {  // leaves in the middle
    auto infos = proxy["storm"]["marks"].stream("times"_a = 1000000);
    co_return (*co_await infos.next())["mark"].as_string();
  }

 private:
  Storm storm_ = proxy.contract<Storm>();
  MethodHandle mark_ = proxy["storm"]["mark"].handle();
};
EXPORT_SERVICE(Run)
"""


def source(mark, initialize="", export="EXPORT_SERVICE(Run)", field="std::int64_t number = 5;"):
    text = STORM.replace("MARK", mark).replace("INITIALIZE", initialize).replace("EXPORT", export)
    return text.replace("FIELD", field)


def build(jobs):
    """{name: source} -> {name: bytes of the library}; two compilers at a time."""
    built = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        waiting = list(jobs.items())
        while waiting:
            running = []
            for name, text in [waiting.pop() for _ in range(min(2, len(waiting)))]:
                (folder / f"{name}.cpp").write_text(text)
                running.append(
                    (
                        name,
                        subprocess.Popen(
                            [
                                "clang++-19",
                                "-std=c++23",
                                "-O1",
                                "-fPIC",
                                "-shared",
                                "-fvisibility=hidden",
                                "-fno-plt",
                                "-fuse-ld=lld-19",
                                "-isystem",
                                PROGRAM.parent / "sdk/include",
                                folder / f"{name}.cpp",
                                PROGRAM.parent / "libp2psdk.so",
                                "-o",
                                folder / f"{name}.so",
                            ]
                        ),
                    )
                )
            for name, process in running:
                assert process.wait(120) == 0, name
                built[name] = (folder / f"{name}.so").read_bytes()
    return built


class Caller(threading.Thread):
    """Calls without a pause on one connection, and keeps what was wrong."""

    def __init__(self, port, token, path, fits, params=None):
        super().__init__(daemon=True)
        self.port, self.token, self.path, self.fits, self.params = port, token, path, fits, params or {}
        self.calls, self.wrong, self.stopping = 0, [], threading.Event()

    def run(self):
        connection = http.client.HTTPConnection(LOOP, self.port, timeout=30)
        try:
            while not self.stopping.is_set():
                answer = exchange(connection, "POST", "/rpc/" + self.path, {"params": self.params}, self.token)
                self.calls += 1
                if not self.fits(answer):
                    self.wrong.append(answer)
        except Exception as error:  # a broken connection is a lost call
            self.wrong.append(error)
        finally:
            connection.close()


class StreamCaller(Caller):
    """The same for streams, read as lines."""

    def run(self):
        connection = http.client.HTTPConnection(LOOP, self.port, timeout=30)
        try:
            while not self.stopping.is_set():
                answer = exchange(
                    connection,
                    "POST",
                    "/rpc/" + self.path,
                    {"params": self.params},
                    self.token,
                    {"Accept": "application/x-ndjson"},
                )
                self.calls += 1
                if not self.fits(answer.status, [json.loads(line) for line in answer.body.splitlines()]):
                    self.wrong.append(answer)
        except Exception as error:  # a broken connection is a lost call
            self.wrong.append(error)
        finally:
            connection.close()


class ReloadStorm(NodeCase):
    services = {"probe": PROBE, "beside": small("beside 0"), "friend": FRIEND}

    @classmethod
    def setUpClass(cls):
        other = "double more = 1; std::int64_t number = 5;"
        jobs = {f"v{i}": source(f"v{i}", **({"field": other} if i % 2 else {})) for i in range(VARIANTS)}
        jobs["throws"] = source("never", initialize='throw Error(Errc::unavailable, "planned");')
        jobs["unexported"] = source("never", export="")
        cls.libraries = build(jobs)
        super().setUpClass()

    def test_100_reloads_lose_no_call_keep_memory_flat_and_leave_no_library(self):
        node = self.node
        node.folders.put("storm", {"ready.so": self.libraries["v0"]})
        node.wait_call("storm/mark", wanted="v0")
        node.wait_call("beside/mark", wanted="beside 0")
        marks = {f"v{i}" for i in range(VARIANTS)}
        good = lambda answer: answer.status == 200 and answer.json["result"] in marks
        fails = lambda answer: answer.status == 500 and answer.json["error"]["message"] in {
            f"{m} fails as planned" for m in marks
        }
        odd = lambda answer: answer.status == 500 and answer.json["error"]["message"] in {f"{m} is odd" for m in marks}
        whole = lambda status, lines: (
            status == 200
            and len(lines) == 151
            and len({line["item"]["mark"] for line in lines[:-1]} - marks) == 0
            and len({line["item"]["mark"] for line in lines[:-1]}) == 1
            and lines[-1]["error"] is None
        )
        node.wait_call("friend/typed", wanted="v0")
        callers = [
            *(
                Caller(node.port, node.token("viewer"), "friend/" + method, good)
                for method in ("typed", "typed_slow", "typed_struct", "typed_stream", "held", "early")
            ),
            Caller(node.port, node.token("viewer"), "friend/typed_odd", odd),
            StreamCaller(node.port, node.token("viewer"), "storm/marks", whole, {"times": 150}),
            Caller(node.port, node.token("viewer"), "storm/mark", good),
            Caller(node.port, node.token("viewer"), "storm/slow_mark", good),
            Caller(node.port, node.token("viewer"), "storm/fail", fails),
            Caller(node.port, node.token("viewer"), "storm/inside", good),
            Caller(node.port, node.token("viewer"), "probe/ask", good, {"service": "storm", "method": "slow_mark"}),
        ]
        for caller in callers:
            caller.start()
        self.addCleanup(lambda: [caller.stopping.set() for caller in callers])
        memory = self.storm(node)
        for caller in callers:
            caller.stopping.set()
        for caller in callers:
            caller.join(30)
            self.assertEqual(caller.wrong, [], f"{caller.path}: {len(caller.wrong)} of {caller.calls}")
            self.assertGreater(caller.calls, RELOADS, caller.path)

        self.assertGreaterEqual(node.metric("p2p_service_reloads_total"), RELOADS - RELOADS // 10 + 1)
        self.assertEqual(node.metric("p2p_services_leaked_generations"), 0)
        if not SANITIZED:
            early, late = statistics.median(memory[20:50]), statistics.median(memory[-20:])
            self.assertLess(late - early, 6 * 1024, f"KiB after each reload: {memory}")
        until(lambda: len(self.mapped()) <= 4, lambda: f"mapped still: {self.mapped()}")

    def storm(self, node):
        """RELOADS changes, each waited for; the memory after each."""
        folder, beside = (node.folders.services / name for name in ("storm", "beside"))
        memory, current = [], "v0"
        for i in range(1, RELOADS + 1):
            if i % (RELOADS // COMPILED) == 1:
                replace(beside / "main.cpp", small(f"beside {i}"))
            if i % 10 == 0:
                broken = "throws" if i % 20 else "unexported"
                replace(folder / "ready.so", self.libraries[broken])
                node.wait_service("storm", lambda entry: entry.get("update") and entry["update"].get("reason"))
                self.assertEqual(node.call("storm/mark"), current)
            else:
                current = f"v{(int(current[1:]) + 1) % VARIANTS}"
                replace(folder / "ready.so", self.libraries[current])
                node.wait_call("storm/mark", wanted=current)
            memory.append(node.status_kb("VmRSS"))
        node.wait_call("beside/mark", wanted=f"beside {RELOADS - RELOADS // COMPILED + 1}")
        return memory

    def mapped(self):
        """Libraries of services in the node's memory: what is mapped from its own folders."""
        try:
            lines = pathlib.Path(f"/proc/{self.node.pid}/maps").read_text().splitlines()
        except PermissionError:
            return set()  # only root may look into the memory map of a node; the node's own count of leaks is looked at above
        own = str(self.node.folders.path)
        return {line.split(maxsplit=5)[5] for line in lines if own in line or "memfd:" in line}


if __name__ == "__main__":
    harness.main()
