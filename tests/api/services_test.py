"""Services that come, change, break and go while the node runs (service-sdk.md, sections 8 to 11)."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import node as harness
from node import PROGRAM, NodeCase, replace
from probe import PROBE, small
from wire import until

COMPILER = "clang++-19"
FLAGS = ["-std=c++23", "-O1", "-g1", "-fPIC", "-shared", "-fvisibility=hidden", "-fno-plt", "-fuse-ld=lld-19"]


def build_library(source, folder, *flags):
    """A ready-made library, as an author would build it: its bytes."""
    path = pathlib.Path(folder)
    (path / "main.cpp").write_text(source)
    subprocess.run(
        [
            COMPILER,
            *FLAGS,
            *flags,
            "-isystem",
            PROGRAM.parent / "sdk/include",
            path / "main.cpp",
            PROGRAM.parent / "libp2psdk.so",
            "-o",
            path / "ready.so",
        ],
        check=True,
        timeout=120,
    )
    return (path / "ready.so").read_bytes()


class Folder(NodeCase):
    """One node; each test puts folders of its own in and takes them out."""

    services = {"probe": PROBE}

    def put(self, name, files):
        self.node.folders.put(name, files)
        self.addCleanup(shutil.rmtree, self.node.folders.services / name, True)
        return self.node.folders.services / name

    def failed(self, name, step=None):
        entry = self.node.wait_service(name, lambda entry: entry["status"] == "failed")
        self.assertTrue(entry["reason"]["message"], entry)
        if step:
            self.assertEqual(entry["reason"]["step"], step, entry)
        return entry


class DropIn(Folder):
    def test_a_folder_that_appears_is_compiled_and_callable(self):
        self.put("hello", small("one"))
        self.assertEqual(self.node.wait_call("hello/mark"), "one")
        entry = self.node.service("hello")
        self.assertEqual((entry["status"], entry["language"], entry["isolation"]), ("running", "cpp", "in_process"))
        self.assertIn("hello: ", self.node.log())

    def test_a_changed_file_is_used_soon(self):
        folder = self.put("changing", small("one"))
        self.node.wait_call("changing/mark", wanted="one")
        first = self.node.service("changing")["generation"]
        replace(folder / "main.cpp", small("two"))
        self.node.wait_call("changing/mark", wanted="two")
        self.assertGreater(self.node.service("changing")["generation"], first)
        (folder / "main.cpp").write_text(small("three"))  # in place, as some editors do
        self.node.wait_call("changing/mark", wanted="three")

    def test_a_folder_that_goes_takes_its_service_out(self):
        folder = self.put("leaving", small("x"))
        self.node.wait_call("leaving/mark")
        shutil.rmtree(folder)
        answer = until(lambda: (a := self.node.rpc("leaving/mark")).status == 404 and a, "the service is gone")
        self.assertError(answer, 404, "service_not_found")
        self.assertIsNone(self.node.service("leaving"))
        self.assertNotIn("leaving/mark", self.node.get("/debug/registry").json["registered_methods"])

    def test_a_call_that_runs_is_finished_when_its_service_goes_or_changes(self):
        member = """
  SERVICE_METHOD(slow, (), public = true, role = "viewer");
  Task<std::string> slow() {
    gauge("slow").set(1);
    co_await sleep(1500_ms);
    gauge("slow").set(0);
    co_return mark();
  }"""
        folder = self.put("finishing", small("one", members=member))
        self.node.wait_call("finishing/mark", wanted="one")

        def call_and(change):
            with self.node.connect() as wire:
                wire.send(
                    f"POST /rpc/finishing/slow HTTP/1.1\r\nHost: 127.0.0.1:{self.node.port}\r\nContent-Length: 0\r\n"
                    f"Authorization: Bearer {self.node.token()}\r\n\r\n".encode()
                )
                until(lambda: self.node.metric("p2p_service_value", service="finishing", name="slow") == 1, "it runs")
                change()
                return wire.answer().json["result"]

        self.assertEqual(call_and(lambda: replace(folder / "main.cpp", small("two", members=member))), "one")
        self.node.wait_call("finishing/mark", wanted="two")
        self.assertEqual(call_and(lambda: shutil.rmtree(folder)), "two")

    def test_several_files_are_one_service(self):
        self.put(
            "several",
            {
                "main.cpp": '#include "text.hpp"\n' + small("x").replace('return "x";', "return text();"),
                "text.hpp": "#pragma once\n#include <string>\nstd::string text();\n",
                "text.cpp": '#include "text.hpp"\nstd::string text() { return "from beside"; }\n',
            },
        )
        self.assertEqual(self.node.wait_call("several/mark"), "from beside")

    def test_data_of_a_service_outlives_its_reload(self):
        member = """
  SERVICE_METHOD(home, (), public = true, role = "viewer");
  std::string home() { return data_dir(); }"""
        folder = self.put("keeping", small("one", members=member))
        home = self.node.wait_call("keeping/home")
        self.assertTrue(home.startswith(str(self.node.folders.state)), home)
        replace(folder / "main.cpp", small("two", members=member))
        self.node.wait_call("keeping/mark", wanted="two")
        self.assertEqual(self.node.call("keeping/home"), home)

    def test_a_ready_made_library_is_loaded_and_reloaded(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second = build_library(small("ready one"), folder), build_library(small("ready two"), folder)
        at = self.put("ready", {"ready.so": first})
        self.assertEqual(self.node.wait_call("ready/mark"), "ready one")
        replace(at / "ready.so", second)
        self.node.wait_call("ready/mark", wanted="ready two")

    def test_timers_and_tasks_of_a_service_run_and_end_with_it(self):
        folder = self.put(
            "ticking",
            small(
                "x",
                members="""
  Task<> tick() { counter("ticks").add(); co_return; }
  Task<> initialize() override { every("tick", 20_ms, &Run::tick); co_return; }""",
            ),
        )
        ticks = lambda: self.node.metric("p2p_service_events_total", service="ticking", name="ticks")
        until(lambda: ticks() > 3, "the timer ticks")
        shutil.rmtree(folder)
        until(lambda: self.node.rpc("ticking/mark").status == 404, "the service is gone")
        after = ticks()
        for _ in range(20):
            self.node.call("probe/nap", {"ms": 5})
        self.assertEqual(ticks(), after)

    def test_state_directory_and_registry_agree_on_what_is_there(self):
        self.put("listed", small("x"))
        self.node.wait_call("listed/mark")
        listing = self.node.get("/local/services").json
        one = self.node.get("/local/services/listed").json
        self.assertEqual((one["name"], one["status"]), ("listed", "running"))
        self.assertEqual({k: v for k, v in one.items() if k != "name"}, listing["services"]["listed"])
        self.assertIn("listed/mark", listing["registry_methods"])
        self.assertError(self.node.get("/local/services/nobody"), 404, "service_not_found")


class Broken(Folder):
    def test_a_file_that_does_not_compile_says_where_and_names_the_log(self):
        self.put("wrong", small("x").replace("std::string mark()", "std::strin mark()"))
        reason = self.failed("wrong", "compile")["reason"]
        self.assertEqual(reason["file"], "wrong/main.cpp")
        self.assertEqual(
            reason["line"], [i for i, line in enumerate(small("x").splitlines(), 1) if "mark()" in line][0]
        )
        self.assertIn("strin", reason["message"])
        log = self.node.folders.state / reason["log"]
        self.assertTrue(log.is_file(), reason)
        self.assertIn("error:", log.read_text())
        self.node.wait_log(f"wrong/main.cpp:{reason['line']}:")
        self.assertIn(reason["log"], self.node.log())
        self.assertNotIn(str(self.node.folders.path), str(reason), "paths of the machine are not for viewers")

    def test_a_broken_version_never_replaces_a_working_one(self):
        folder = self.put("breaking", small("good"))
        self.node.wait_call("breaking/mark", wanted="good")
        replace(folder / "main.cpp", small("bad") + "\nsyntax error here")
        entry = self.node.wait_service("breaking", lambda entry: entry.get("update"))
        self.assertEqual((entry["status"], entry["update"]["reason"]["step"]), ("running", "compile"))
        self.assertEqual(entry["update"]["reason"]["file"], "breaking/main.cpp")
        self.assertEqual(self.node.call("breaking/mark"), "good")
        replace(folder / "main.cpp", small("mended"))
        self.node.wait_call("breaking/mark", wanted="mended")
        self.assertFalse(self.node.service("breaking").get("update"))

    def test_a_version_whose_initialize_throws_never_replaces_a_working_one(self):
        folder = self.put("throwing", small("good"))
        self.node.wait_call("throwing/mark", wanted="good")
        replace(
            folder / "main.cpp",
            small(
                "bad",
                members='  Task<> initialize() override { throw Error(Errc::unavailable, "no database"); co_return; }',
            ),
        )
        entry = self.node.wait_service("throwing", lambda entry: entry.get("update"))
        self.assertIn("no database", entry["update"]["reason"]["message"])
        self.assertEqual(self.node.call("throwing/mark"), "good")

    def test_a_service_whose_initialize_throws_is_an_error_with_its_words(self):
        self.put(
            "unready",
            small(
                "x",
                members='  Task<> initialize() override { throw Error(Errc::unavailable, "no database"); co_return; }',
            ),
        )
        entry = self.node.wait_service("unready", lambda entry: entry["status"] in ("error", "failed"))
        self.assertIn("no database", entry["reason"]["message"])
        self.assertError(self.node.rpc("unready/mark"), 503, "unavailable")

    def test_mistakes_of_an_author_have_one_clear_line(self):
        mistakes = {
            "arity": (
                small("x", members="  SERVICE_METHOD(two, (a));\n  int two(int a, int b) { return a + b; }"),
                "another number of parameters",
            ),
            "option": (
                small("x", members="  SERVICE_METHOD(two, (), pubic = true);\n  int two() { return 2; }"),
                "unknown option",
            ),
            "reference": (
                small("x", members="  SERVICE_METHOD(two, (a));\n  int two(const std::string& a) { return 2; }"),
                "taken by value",
            ),
            "forgotten": (small("x", members="  Task<> two() { sleep(1_s); co_return; }"), "co_await"),
        }
        for name, (source, words) in mistakes.items():
            self.put("mistake-" + name, source)
        for name, (source, words) in mistakes.items():
            reason = self.failed("mistake-" + name, "compile")["reason"]
            self.assertEqual(reason["file"], f"mistake-{name}/main.cpp", reason)
            self.assertGreater(reason["line"], 0)
            self.assertIn(words, reason["message"])

    def test_a_service_without_export_is_told_so(self):
        self.put("unexported", small("x").replace("EXPORT_SERVICE(Run)", ""))
        self.assertIn("EXPORT_SERVICE", self.failed("unexported")["reason"]["message"])

    def test_half_a_library_is_not_loaded(self):
        with tempfile.TemporaryDirectory() as folder:
            whole = build_library(small("whole"), folder)
        at = self.put("halved", {"ready.so": whole[: len(whole) // 2]})
        self.failed("halved", "load")
        replace(at / "ready.so", whole)
        self.node.wait_call("halved/mark", wanted="whole")

    def test_a_library_of_another_abi_is_refused_with_both_numbers(self):
        source = small("x").replace(
            "EXPORT_SERVICE(Run)",
            """
extern "C" __attribute__((visibility("default"))) const p2p::PluginEntry p2p_plugin_v1;
extern "C" const p2p::PluginEntry p2p_plugin_v1 = {P2P_ABI + 1, sizeof(p2p::PluginEntry), "2.0.0", __VERSION__, nullptr, nullptr, nullptr};
""",
        )
        self.put("future", source)
        self.assertRegex(self.failed("future", "load")["reason"]["message"], r"SDK ABI 2, this node has 1")

    def test_a_python_service_is_listed_as_not_supported_yet(self):
        self.put("snake", {"main.py": "class Run: pass\n"})
        self.assertIn("not supported yet", self.failed("snake")["reason"]["message"])

    def test_two_kinds_of_program_in_one_folder_are_refused_with_both_names(self):
        self.put("twofold", {"main.cpp": small("x"), "ready.so": b"\x7fELF"})
        message = self.failed("twofold")["reason"]["message"]
        self.assertTrue("main.cpp" in message and ".so" in message, message)

    def test_a_file_that_others_may_write_is_not_loaded_and_the_repair_is_told(self):
        folder = self.put("writable", small("x"))
        (folder / "main.cpp").chmod(0o666)
        os.utime(folder / "main.cpp")
        entry = until(
            lambda: (e := self.node.service("writable")) and (e["status"] == "failed" and e or e.get("update") and e),
            "the refusal",
        )
        reason = entry.get("reason") or entry["update"]["reason"]
        self.assertIn("chmod", reason["message"])

    def test_a_link_in_place_of_a_file_is_not_followed(self):
        target = self.node.folders.path / "elsewhere.cpp"
        target.write_text(small("x"))
        folder = self.put("linked", {"README": "nothing to run yet"})
        (folder / "main.cpp").symlink_to(target)
        self.failed("linked")

    def test_system_cannot_be_taken_over(self):
        self.put("system", small("mine"))
        self.put("pretender", small("mine", members='  static constexpr auto SERVICE_NAME = "system";'))
        self.failed("pretender")
        self.assertEqual(self.node.call("system/ping")["pong"], True)
        self.assertEqual(self.node.rpc("system/mark").status, 404)

    def test_of_two_services_with_one_name_the_second_is_refused(self):
        name = '  static constexpr auto SERVICE_NAME = "shared-name";'
        self.put("first-of-two", small("first", members=name))
        self.node.wait_call("shared-name/mark", wanted="first")
        self.put("second-of-two", small("second", members=name))
        reason = until(
            lambda: next(
                (
                    e["reason"]
                    for n, e in self.node.get("/local/services").json["services"].items()
                    if e["status"] == "failed" and "second-of-two" in n + str(e)
                ),
                None,
            ),
            "the refusal",
        )
        self.assertIn("shared-name", str(reason))
        self.assertEqual(self.node.call("shared-name/mark"), "first")


class Dependencies(Folder):
    def needing(self, mark, *names):
        words = ", ".join(f'"{name}"' for name in names)
        return small(mark, members=f"  Run() {{ info.dependencies = {{{words}}}; }}")

    def test_a_service_waits_in_starting_for_what_it_needs(self):
        self.put("needs-later", self.needing("up", "comes-later"))
        entry = self.node.wait_service(
            "needs-later", lambda e: e["status"] == "starting" and "comes-later" in str(e.get("step"))
        )
        self.assertEqual(entry["methods"], [])
        self.put("comes-later", small("here"))
        self.node.wait_call("needs-later/mark", wanted="up")

    def test_a_call_to_a_starting_service_waits_two_seconds_and_is_unavailable_then(self):
        self.put("needs-nobody", self.needing("up", "never-there"))
        self.node.wait_service(
            "needs-nobody", lambda e: e["status"] == "starting" and "never-there" in str(e.get("step"))
        )
        self.assertError(self.node.rpc("needs-nobody/mark"), 503, "unavailable", -32011)
        begun = time.monotonic()
        self.assertError(self.node.get("/methods/needs-nobody/mark"), 503, "unavailable")
        self.assertGreater(time.monotonic() - begun, 1.5, "who asks for its parameters waits for it too")

    def test_a_ring_of_dependencies_is_failed_with_the_ring_spelt_out(self):
        self.put("ring-a", self.needing("a", "ring-b"))
        self.put("ring-b", self.needing("b", "ring-a"))
        message = self.failed("ring-b", "dependencies")["reason"]["message"]
        self.assertTrue("ring-a" in message and "ring-b" in message, message)


class Misbehaving(Folder):
    def test_a_method_that_throws_fails_its_caller_and_nothing_else(self):
        for method in ("fail", "throw_odd", "not_a_number", "no_value"):
            self.assertError(self.node.rpc("probe/" + method), 500, "method_failed", -32000)
        self.assertEqual(self.node.service("probe")["status"], "running")

    def test_a_method_that_takes_too_long_is_a_timeout_for_its_caller(self):
        self.assertError(self.node.rpc("probe/nap", {"ms": 60000}, timeout_ms=50), 504, "timeout", -32005)
        self.assertError(self.node.rpc("probe/quick"), 504, "timeout", -32005)
        until(
            lambda: self.node.metric("p2p_service_events_total", service="probe", name="ended_early_timeout") >= 1,
            "the method was told",
        )

    def test_what_is_not_public_not_declared_or_of_the_life_cycle_is_not_callable(self):
        for method in (
            "hidden",
            "undeclared",
            "initialize",
            "cleanup",
            "start",
            "stop",
            "config_changed",
            "hand_over",
            "_x",
        ):
            self.assertError(self.node.rpc("probe/" + method), 404, "method_not_found", -32601)

    def test_two_services_that_call_each_other_in_a_circle_end_with_an_error(self):
        source = small(
            "x",
            members="""
  SERVICE_METHOD(again, (), public = true, role = "viewer");
  Task<Value> again() { co_return co_await proxy[service_name]["again"](); }""",
        )
        self.put("circle", source)
        self.node.wait_call("circle/mark")
        self.assertError(self.node.rpc("circle/again"), 400, "invalid_request", -32600)


if __name__ == "__main__":
    harness.main()
