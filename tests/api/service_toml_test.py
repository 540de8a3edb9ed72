"""What an operator says of a service in its service.toml, on a real node (service-sdk.md, sections 2.1, 9 and 11)."""

import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import shutil
import tempfile
import unittest

import node as harness
from node import NodeCase, replace
from probe import PROBE, small
from reload_storm_test import Caller, build
from wire import until

CONFIGURED = """
#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  Task<> initialize() override { started_with_ = number(); co_return; }
  Task<> config_changed() override {
    if (number() < 0) throw Error(Errc::invalid_params, "number is negative");
    ++changes_;
    co_return;
  }
  SERVICE_METHOD(look, (), public = true, role = "viewer");
  Value look() { return Value{{"number", number()}, {"started_with", started_with_}, {"changes", changes_}}; }
  SERVICE_METHOD(inside, (), description = "For services alone");
  int inside() { return 1; }
  SERVICE_METHOD(slow, (), public = true, role = "viewer", idempotent = true);
  Task<int> slow() { co_await sleep(200_ms); co_return 1; }
 private:
  int number() { return config["number"].get<int>(0); }
  int started_with_ = 0, changes_ = 0;
};
EXPORT_SERVICE(Run)
"""

# Two of these cannot run at once: the second cannot have the lock.
LOCKING = """
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  Task<> initialize() override {
    BROKEN
    file_ = ::open((data_dir() + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) throw Error(Errc::unavailable, "somebody has the lock");
    co_return;
  }
  Task<> cleanup() override { ::close(file_); co_return; }
  Value hand_over() override { return calls_; }
  void take_over(Value state) override { calls_ = state.as_int(); }

  SERVICE_METHOD(mark, (), public = true, role = "viewer");
  std::string mark() { ++calls_; return "MARK"; }
  SERVICE_METHOD(slow, (), public = true, role = "viewer");
  Task<std::string> slow() { ++calls_; co_await sleep(5_ms); co_return "MARK"; }
  SERVICE_METHOD(calls, (), public = true, role = "viewer");
  std::int64_t calls() { return calls_; }
 private:
  int file_ = -1;
  std::int64_t calls_ = 0;
};
EXPORT_SERVICE(Run)
"""


def locking(mark, broken=""):
    return LOCKING.replace("MARK", mark).replace("BROKEN", broken)


class ServiceToml(NodeCase):
    services = {"probe": PROBE}

    def put(self, name, files, toml):
        self.node.folders.put(name, {"main.cpp": files, "service.toml": toml})
        self.addCleanup(shutil.rmtree, self.node.folders.services / name, True)
        return self.node.folders.services / name

    def say(self, name, toml):
        replace(self.node.folders.services / name / "service.toml", toml)

    def update_of(self, name, step):
        return self.node.wait_service(
            name, lambda entry: ((entry.get("update") or {}).get("reason") or {}).get("step") == step
        )["update"]["reason"]

    def method(self, path):
        rows = self.node.get("/methods?limit=1000").json["methods"]
        return next((row for row in rows if row["method"] == path), None)

    def test_config_is_there_at_the_start_and_a_change_is_told_without_a_reload(self):
        self.put("told", CONFIGURED, "config = { number = 1 }\n")
        self.assertEqual(self.node.wait_call("told/look"), {"number": 1, "started_with": 1, "changes": 0})
        generation = self.node.service("told")["generation"]
        self.say("told", "config = { number = 2 }\n")
        self.node.wait_call("told/look", wanted={"number": 2, "started_with": 1, "changes": 1})
        self.say("told", "config = { number = -1 }\n")
        self.assertIn("number is negative", self.update_of("told", "config")["message"])
        self.assertEqual(self.node.call("told/look"), {"number": 2, "started_with": 1, "changes": 1})
        self.say("told", "config = { number = 3 }\n")
        self.node.wait_call("told/look", wanted={"number": 3, "started_with": 1, "changes": 2})
        self.assertEqual(self.node.service("told")["generation"], generation)
        self.assertFalse(self.node.service("told").get("update"))

    def test_a_mistake_names_the_place_and_the_nearest_key_and_the_old_settings_serve(self):
        self.put("mistaken", CONFIGURED, "config = { number = 1 }\n")
        self.node.wait_call("mistaken/look")
        self.say("mistaken", "config = { number = 2 }\ntimeuots = { stop = '1s' }\n")
        reason = self.update_of("mistaken", "settings")
        self.assertEqual(
            (reason["file"], reason["line"], reason["column"], reason["message"]),
            ("mistaken/service.toml", 2, 1, "unknown key timeuots; did you mean timeouts?"),
        )
        self.assertEqual(self.node.call("mistaken/look")["number"], 1)
        self.say("mistaken", "methods.lok = { timeout = 1 }\n")
        until(
            lambda: "did you mean look?" in self.update_of("mistaken", "settings")["message"], "the method is not known"
        )

    def test_a_new_service_with_a_mistake_is_failed(self):
        self.put("hopeless", small("x"), 'isolation = "process"\n')
        entry = self.node.wait_service("hopeless", lambda entry: entry["status"] == "failed")
        self.assertIn("process of its own", entry["reason"]["message"])
        self.assertEqual((entry["reason"]["step"], entry["reason"]["line"]), ("settings", 1))
        self.assertError(self.node.rpc("hopeless/mark"), 503, "unavailable")
        self.say("hopeless", "")
        self.node.wait_call("hopeless/mark", wanted="x")

    def test_the_operator_has_the_last_word_on_methods_and_it_is_shown(self):
        self.put("worded", CONFIGURED, "")
        self.node.wait_call("worded/look")
        self.assertNotIn("overridden", self.method("worded/look"))
        self.assertIsNone(self.method("worded/inside"))
        self.say(
            "worded",
            '[methods.look]\nrole = "admin"\ntimeout = 2\n[methods.inside]\npublic = true\nrole = "viewer"\n[methods.slow]\nenabled = false\n',
        )
        row = until(lambda: (row := self.method("worded/inside")) and row, "it is public now")
        self.assertEqual((row["role"], row["overridden"]), ("viewer", ["public", "role"]))
        row = self.method("worded/look")
        self.assertEqual((row["role"], row["timeout_ms"], row["overridden"]), ("admin", 2000, ["role", "timeout"]))
        self.assertError(self.node.rpc("worded/look", role="operator"), 403, "forbidden")
        self.assertEqual(self.node.call("worded/inside", role="viewer"), 1)
        self.assertError(self.node.rpc("worded/slow"), 404, "method_not_found")
        self.assertIn("worded/inside is public, where the code says it is not", self.node.log())
        self.assertIn("worded/inside needs role viewer, where the code says operator", self.node.log())
        info = self.node.call("worded/get_service_info")
        self.assertIn("inside", info["exposed_methods"])
        self.assertNotIn("slow", info["exposed_methods"])
        settings = self.node.service("worded")["settings"]
        self.assertEqual(settings["overridden"], {"look": ["role", "timeout"], "inside": ["public", "role"]})
        self.assertEqual(settings["switched_off"], ["slow"])

    def test_max_concurrency_lets_some_run_and_twice_as_many_wait(self):
        self.put("narrow", CONFIGURED, "methods.slow = { max_concurrency = 1 }\n")
        self.node.wait_call("narrow/look")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.node.rpc("narrow/slow"), range(8)))
        good = [answer for answer in answers if answer.status == 200]
        refused = [answer for answer in answers if answer.status != 200]
        self.assertGreaterEqual(len(good), 3)
        self.assertTrue(refused, "eight at once are more than one that runs and two that wait")
        for answer in refused:
            self.assertError(answer, 503 if answer.status == 503 else 429, "overloaded")
        self.assertEqual(self.node.call("narrow/slow"), 1)

    def test_options_of_the_build_reach_the_compiler_and_a_change_of_them_builds_anew(self):
        source = small("x").replace('return "x";', "return WORD;")
        folder = self.put("built", source, "build = { flags = ['-DWORD=\"one\"'], include = ['headers'] }\n")
        entry = self.node.wait_service("built", lambda entry: entry["status"] == "failed")
        self.assertIn("headers is no folder of built", entry["reason"]["message"])
        (folder / "headers").mkdir()
        self.node.wait_call("built/mark", wanted="one")
        self.say("built", "build = { flags = ['-DWORD=\"two\"'] }\n")
        self.node.wait_call("built/mark", wanted="two")

    def test_enabled_false_stops_and_true_brings_back(self):
        self.put("switched", small("x"), "")
        self.node.wait_call("switched/mark")
        self.say("switched", "enabled = false\n")
        self.node.wait_service("switched", lambda entry: entry["status"] == "stopped")
        self.assertError(self.node.rpc("switched/mark"), 404, "service_not_found")
        self.say("switched", "enabled = true\n")
        self.node.wait_call("switched/mark", wanted="x")

    def test_with_manual_a_change_is_shown_as_pending_and_not_taken(self):
        folder = self.put("held", small("one"), 'reload = "manual"\n')
        self.node.wait_call("held/mark", wanted="one")
        replace(folder / "main.cpp", small("two"))
        entry = self.node.wait_service("held", lambda entry: (entry.get("update") or {}).get("pending"))
        self.assertEqual(entry["status"], "running")
        self.assertEqual(self.node.call("held/mark"), "one")
        self.say("held", "")
        self.node.wait_call("held/mark", wanted="two")

    def test_the_entry_decides_between_two_programs(self):
        folder = self.put("twofold", small("source"), "")
        self.node.wait_call("twofold/mark", wanted="source")
        (folder / "other.so").write_bytes(b"\x7fELF no library")
        self.assertIn("`entry` in service.toml", self.update_of("twofold", "load")["message"])
        self.say("twofold", 'entry = "main.cpp"\n')
        self.node.wait_service("twofold", lambda entry: not entry.get("update"))
        self.assertEqual(self.node.call("twofold/mark"), "source")


class StopFirst(NodeCase):
    services = {"probe": PROBE}

    @classmethod
    def setUpClass(cls):
        broken = 'throw Error(Errc::unavailable, "planned");'
        cls.libraries = build({"v0": locking("v0"), "v1": locking("v1"), "broken": locking("never", broken)})
        super().setUpClass()

    def test_reloads_that_stop_first_lose_no_call_under_load_and_keep_the_state(self):
        node = self.node
        folder = node.folders.services / "locking"
        node.folders.put("locking", {"ready.so": self.libraries["v0"], "service.toml": 'reload = "stop-first"\n'})
        node.wait_call("locking/mark", wanted="v0")
        good = lambda answer: answer.status == 200 and answer.json["result"] in ("v0", "v1")
        callers = [
            Caller(node.port, node.token("viewer"), "locking/mark", good),
            Caller(node.port, node.token("viewer"), "locking/slow", good),
            Caller(node.port, node.token("viewer"), "locking/slow", good),
            Caller(node.port, node.token("viewer"), "probe/ask", good, {"service": "locking", "method": "slow"}),
        ]
        for caller in callers:
            caller.start()
        self.addCleanup(lambda: [caller.stopping.set() for caller in callers])
        current = "v0"
        for i in range(1, 21):
            if i % 5 == 0:
                replace(folder / "ready.so", self.libraries["broken"])
                node.wait_service("locking", lambda entry: "planned" in str(entry.get("update")))
                self.assertEqual(node.call("locking/mark"), current)
            else:
                current = "v1" if current == "v0" else "v0"
                replace(folder / "ready.so", self.libraries[current])
                node.wait_call("locking/mark", wanted=current)
        for caller in callers:
            caller.stopping.set()
        for caller in callers:
            caller.join(60)
            self.assertEqual(caller.wrong, [], f"{caller.path}: {len(caller.wrong)} of {caller.calls}")
            self.assertGreater(caller.calls, 100, caller.path)
        self.assertGreaterEqual(node.call("locking/calls"), sum(caller.calls for caller in callers))
        self.assertNotIn("somebody has the lock", node.log())
        self.assertEqual(node.metric("p2p_services_leaked_generations"), 0)


class Actions(NodeCase):
    """What an operator does to a service over HTTP."""

    services = {"probe": PROBE}

    def put(self, name, files):
        self.node.folders.put(name, files)
        self.addCleanup(shutil.rmtree, self.node.folders.services / name, True)
        return self.node.folders.services / name

    def act(self, name, verb, node=None, role="operator"):
        return (node or self.node).post(f"/admin/services/{name}/{verb}", role=role)

    def done(self, answer, status):
        self.assertEqual((answer.status, answer.json.get("status")), (200, status), answer.json)
        return answer.json

    def test_a_reload_loads_anew_takes_what_waits_and_tells_what_went_wrong(self):
        folder = self.put("acted", {"main.cpp": small("one"), "service.toml": 'reload = "manual"\n'})
        self.node.wait_call("acted/mark", wanted="one")
        before = self.node.service("acted")["generation"]
        self.assertGreater(self.done(self.act("acted", "reload"), "running")["generation"], before)
        replace(folder / "main.cpp", small("two"))
        self.node.wait_service("acted", lambda entry: (entry.get("update") or {}).get("pending"))
        self.done(self.act("acted", "reload"), "running")
        self.assertEqual(self.node.call("acted/mark"), "two")
        replace(folder / "main.cpp", small("three") + "broken")
        answer = self.act("acted", "reload")
        self.assertError(answer, 503, "unavailable")
        self.assertIn("acted/main.cpp", str(answer.json))
        self.assertEqual(self.node.call("acted/mark"), "two")

    def test_a_restart_begins_with_a_new_object_of_the_same_code(self):
        member = """
  int calls = 0;
  SERVICE_METHOD(count, (), public = true, role = "viewer");
  int count() { return ++calls; }"""
        self.put("counting", small("x", members=member))
        self.node.wait_call("counting/mark")
        self.node.call("counting/count")
        self.done(self.act("counting", "restart"), "running")
        self.assertEqual(self.node.call("counting/count"), 1)
        self.done(self.act("system", "restart"), "running")
        self.assertEqual(self.node.call("system/ping")["pong"], True)

    def test_what_is_disabled_stays_so_over_a_restart_of_the_node_until_it_is_enabled(self):
        node = harness.Node(services={"resting": small("x")})
        self.addCleanup(node.close)
        node.wait_call("resting/mark")
        self.done(self.act("resting", "disable", node), "stopped")
        self.assertError(node.rpc("resting/mark"), 404, "service_not_found")
        self.assertError(self.act("resting", "reload", node), 409, "conflict")
        self.assertEqual(node.stop(), 0)
        again = harness.Node(folders=node.folders, port=node.port)
        self.addCleanup(again.close)
        entry = again.wait_service("resting", lambda entry: entry["status"] != "starting")
        self.assertEqual((entry["status"], entry["reason"]["step"]), ("stopped", "disabled"))
        self.done(self.act("resting", "enable", again), "running")
        self.assertEqual(again.call("resting/mark"), "x")

    def test_what_cannot_be_done_says_why(self):
        self.assertError(self.act("system", "disable"), 409, "conflict")
        answer = self.act("prob", "reload")
        self.assertError(answer, 404, "service_not_found")
        self.assertIn("probe", str(answer.json))


class Crash(unittest.TestCase):
    services = {
        "breaking": small(
            "x",
            members="""
  SERVICE_METHOD(crash, (how), public = true, role = "viewer");
  void crash(std::string how) {
    if (how == "null") { volatile int* nowhere = nullptr; *nowhere = 1; }
    if (how == "abort") __builtin_abort();
    if (how == "stack") deeper(1);
  }
  int deeper(volatile int n) { return n == 0 ? 0 : deeper(n + 1) + n; }""",
        )
    }

    def ends_with(self, how, line, *words):
        node = harness.Node(services=self.services, args=words)
        self.addCleanup(node.close)
        node.wait_call("breaking/mark")
        with contextlib.suppress(OSError, http.client.HTTPException):
            node.rpc("breaking/crash", {"how": how})
        self.assertLess(node.wait(), 0, "by the signal, as ever")
        self.assertIn(line, node.log())

    @unittest.skipIf(harness.SANITIZED, "the sanitizer tells of it")
    def test_the_last_line_of_a_node_that_dies_in_a_service_names_it(self):
        self.ends_with("null", "p2p_admin: SIGSEGV in the code of service breaking\n")
        self.ends_with("abort", "p2p_admin: SIGABRT, called by the code of service breaking\n")
        self.ends_with("stack", "p2p_admin: SIGSEGV in the code of service breaking\n")

    @unittest.skipIf(harness.SANITIZED, "the sanitizer tells of it")
    def test_a_log_in_a_file_has_that_line_too_in_the_form_of_its_others(self):
        for form in ("text", "json"):
            with self.subTest(form), tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "node.log"
                self.ends_with("null", "SIGSEGV in the code of service breaking", "--log-file", file, "--log-format", form)
                last = file.read_text(encoding="utf-8").splitlines()[-1]
                if form == "text":
                    self.assertEqual(last, "p2p_admin: SIGSEGV in the code of service breaking")
                    continue
                said = json.loads(last)
                self.assertEqual((said["level"], said["message"]), ("ERROR", "SIGSEGV in the code of service breaking"))
                self.assertRegex(said["timestamp"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


if __name__ == "__main__":
    harness.main()
