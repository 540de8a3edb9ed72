"""Looking: health, status, nodes, services, methods, version, capabilities, in every format."""

import json
import pathlib
import re
import unittest

from session import ESCAPE, CliCase, main
from node import replace

HELLO = """
#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "hello";
  Run() { info.description = "Greets"; info.version = "2.3.4"; }
  SERVICE_METHOD(greet, (name), description = "Greets somebody", public = true);
  Task<std::string> greet(std::string name) { co_return "hello " + name; }
};
EXPORT_SERVICE(Run)
"""
BROKEN = '#include <p2p/service.hpp>\nclass Run : public p2p::BaseService {\n  frobnicate x;\n};\nEXPORT_SERVICE(Run)\n'
SERVICES = {"hello": HELLO, "broken": BROKEN}
VOLATILE = {"last_seen", "cpu_percent", "memory_percent", "facts_age_ms", "rtt_ms", "timestamp", "calls", "uptime",
            "calls_per_second"}


def steady(value):
    """The document without what changes from one look to the next."""
    if isinstance(value, dict):
        return {k: steady(v) for k, v in value.items() if k not in VOLATILE}
    return [steady(item) for item in value] if isinstance(value, list) else value


class Looking(CliCase):
    services = SERVICES

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node.wait_service("broken", lambda entry: entry["status"] == "failed")
        cls.node.wait_service("hello", lambda entry: entry["status"] == "running")

    def test_health_is_an_exit_code(self):
        for words in ((), ("--ready",)):
            done = self.works("health", *words)
            self.assertEqual((done.out, done.err), ("", ""))
        self.assertIn("is ready", self.works("health", "--ready", "-v").out)
        self.assertIn(self.node.id, self.works("health", "-v").out)
        self.assertEqual(self.works("health", "-o", "json").json["node_id"], self.node.id)
        self.assertEqual(self.works("health", "--ready", "-o", "json").json, {"status": "ready"})
        done = self.cli("health", "-o", "json", "--coord", "127.0.0.1:1")
        self.assertEqual((done.code, done.json["error"]["code"]), (3, "node_unreachable"))
        done = self.cli("health", "--coord", "127.0.0.1:1")
        self.assertEqual((done.code, done.out, done.err), (3, "", ""))
        done = self.cli("health", "-v", "--coord", "127.0.0.1:1")
        self.assertEqual(done.code, 3)
        self.assertIn("error: 127.0.0.1:1 does not answer\ncause: connection refused\n", done.err)

    def test_nodes_are_a_table_of_one_line_each(self):
        done = self.works("nodes")
        self.assertEqual(done.err, "")
        head, row, last = done.lines
        self.assertEqual(head.split(), "NODE ROLE STATUS ADDRESS CPU MEM SERVICES RTT SEEN".split())
        self.assertEqual(row.split()[:4], [self.node.id, "coordinator", "alive", f"127.0.0.1:{self.node.port}"])
        self.assertEqual(row.split()[-1], "now")
        self.assertEqual(last, "1 node: 1 alive")
        self.assertIn("VERSION", self.works("nodes", "-o", "wide").lines[0])

    def test_a_list_as_json_is_the_apis_own_object(self):
        for words, path in (
            (["nodes"], "/cluster/nodes"),
            (["services"], "/services"),
            (["methods"], "/methods"),
            (["methods", "hello"], "/methods?service=hello"),
            (["nodes", self.node.id], "/cluster/nodes/" + self.node.id),
            (["services", "hello"], "/local/services/hello"),
            (["methods", "hello.greet"], "/methods/hello/greet"),
        ):
            wanted = steady(self.node.get(path).json)
            done = self.works(*words, "-o", "json")
            self.assertEqual(done.out.count("\n"), 1, "one line in a pipe")
            self.assertEqual(steady(done.json), wanted, words)

    def test_each_column_of_a_list_is_a_member_of_the_apis_rows(self):
        lists = self.works("capabilities").json["lists"]
        allowed_to_be_absent = {"calls", "version"}
        for command, columns in lists.items():
            document = self.works(*command.split(), "-o", "json").json
            rows = next(value for value in document.values() if isinstance(value, list))
            for column in columns:
                path = column["member"].split(".") if column["member"] else []
                for row in rows:
                    value = row
                    for name in path:
                        if name in allowed_to_be_absent:
                            break
                        self.assertIn(name, value, (command, column))
                        value = value[name]

    def test_ndjson_is_an_object_a_line_and_name_a_name_a_line(self):
        rows = [json.loads(line) for line in self.works("methods", "-o", "ndjson").lines]
        self.assertEqual([row["method"] for row in rows], sorted(row["method"] for row in rows))
        names = self.works("methods", "-o", "name").lines
        self.assertEqual(names, [row["method"].replace("/", ".") for row in rows])
        self.assertEqual(self.works("services", "-o", "name").lines, ["broken", "hello", "system"])
        self.assertEqual(self.works("nodes", "-o", "name").lines, [self.node.id])

    def test_yaml_says_what_json_says(self):
        done = self.works("nodes", "-o", "yaml")
        self.assertIn(f"  - node_id: {self.node.id}\n", done.out)
        self.assertIn("total: 1\n", done.out)

    def test_a_service_that_failed_shows_why_with_file_and_line(self):
        done = self.works("services")
        at = next(i for i, line in enumerate(done.lines) if line.startswith("broken"))
        self.assertIn("failed", done.lines[at])
        self.assertRegex(done.lines[at + 1], r"^  .*main\.cpp:3")
        self.assertEqual(done.lines[-1], "3 services: 1 failed, 2 running")
        self.assertRegex(self.works("services", "broken").out, r"(?s)\nreason\n.*  file +broken/main\.cpp\n  line +3\n")

    def test_an_update_that_failed_is_told_beside_the_version_that_runs_on(self):
        main = self.node.folders.services / "renewed" / "main.cpp"
        self.node.folders.put("renewed", HELLO.replace('"hello"', '"renewed"'))
        self.addCleanup(self.node.take_out, "renewed")
        self.runs("renewed")
        replace(main, BROKEN)
        self.node.wait_service("renewed", lambda entry: "reason" in entry.get("update", {}))
        lines = self.works("services").lines
        at = next(i for i, line in enumerate(lines) if line.startswith("renewed"))
        self.assertIn("running", lines[at])
        self.assertRegex(lines[at + 1], r"^  update failed: compile: renewed/main\.cpp:3:\d+: .*frobnicate")
        status = self.works("status").lines
        self.assertRegex(
            "\n".join(status),
            r"(?m)^problem: service renewed runs on as it was, its update failed: compile: renewed/main\.cpp:3:\d+: .*"
            r"\n         p2p_admin services renewed$")
        replace(main, HELLO.replace('"hello"', '"renewed"').replace("2.3.4", "2.3.5"))
        self.node.wait_service("renewed", lambda entry: entry["info"]["version"] == "2.3.5" and "update" not in entry)
        self.assertNotIn("renewed runs on", self.works("status").out)

    def test_tables_fit_their_width(self):
        for columns in (80, 100, 200):
            for words in (["nodes"], ["services"], ["methods"]):
                done = self.works(*words, env={"COLUMNS": str(columns)})
                self.assertLessEqual(max(map(len, done.lines)), columns, done.out)
        self.assertIn("METHOD", self.works("methods").lines[0])
        self.assertNotIn("...", self.works("methods").out, "a pipe has no width, so nothing is cut")

    def test_a_method_shows_its_parameters_and_a_line_to_try(self):
        done = self.works("methods", "hello.greet")
        self.assertEqual(done.lines[0], "hello.greet  Greets somebody")
        self.assertRegex(done.lines[1], r"^  name  string  required$")
        self.assertEqual(done.lines[-1], "  try: p2p_admin call hello.greet name=TEXT")
        self.assertEqual(self.works("methods", "hello/greet").out, done.out)
        self.assertEqual(self.works(*done.lines[-1].split()[2:]).json, "hello TEXT")

    def test_methods_can_be_narrowed(self):
        self.assertEqual(self.works("methods", "--service", "hello", "-o", "name").lines[0][:6], "hello.")
        needs_admin = self.works("methods", "--role-needed", "admin", "-o", "json").json
        self.assertEqual({row["role"] for row in needs_admin["methods"]}, {"admin"})
        self.assertEqual(needs_admin["total"], len(needs_admin["methods"]))

    def test_the_log_of_a_build_is_told_by_its_whole_path(self):
        place = re.search(r"(?m)^ *log +(\S+)$", self.works("services", "broken").out)[1]
        self.assertTrue(pathlib.Path(place).is_file(), place)

    def test_status_is_one_screen_with_problems_first(self):
        done = self.works("status")
        self.assertTrue(done.lines[0].startswith("problem: service broken: failed, "), done.out)
        self.assertEqual(done.lines[1], "         p2p_admin services broken")
        self.assertRegex(done.out, rf"(?m)^node      {self.node.id} on 127\.0\.0\.1:{self.node.port}: coordinator, ready")
        self.assertRegex(done.out, r"(?m)^services  3: 1 failed, 2 running$")
        document = self.works("status", "-o", "json").json
        self.assertEqual(set(document), {"health", "cluster", "nodes", "services", "figures", "problems"})
        self.assertEqual(document["problems"][0]["hint"], "p2p_admin services broken")
        self.assertTrue(document["problems"][0]["problem"].startswith("service broken: failed, "))

    def test_what_is_not_there_is_exit_5_with_the_nearest_name(self):
        self.block(self.cli("methods", "hello.gret"), 5, "no method hello.gret",
                   "did you mean hello.greet?   (p2p_admin methods hello)")
        done = self.cli("nodes", "nobody")
        self.assertEqual((done.code, done.err.splitlines()[0]), (5, "error: no node nobody"))
        done = self.cli("services", "nobody")
        self.assertEqual((done.code, done.out), (5, ""))
        self.assertEqual(self.cli("methods", "nobody").code, 5)
        self.assertEqual(self.cli("methods", "not a name").code, 2)

    def test_selectors_that_match_nothing_are_exit_8(self):
        done = self.cli("nodes", "--role", "worker")
        self.assertEqual((done.code, done.out), (8, "0 nodes\n"))
        self.assertEqual(self.cli("nodes", "--role", "worker", "--allow-empty").code, 0)
        self.assertEqual(self.cli("nodes", "--node", self.node.id[:5] + "*", "--status", "alive").code, 0)

    def test_the_place_comes_from_flag_then_environment(self):
        here = f"127.0.0.1:{self.node.port}"
        self.assertEqual(self.cli("nodes", "--coord", here, env={"P2P_COORD": "127.0.0.1:1"}).code, 0)
        self.assertEqual(self.cli("nodes", env={"P2P_COORD": "127.0.0.1:1"}).code, 3)
        self.assertEqual(self.cli("--coord", "127.0.0.1:1", "nodes").code, 3)
        self.assertEqual(self.cli("nodes", "--coord", f"localhost:{self.node.port}").code, 0)

    def test_a_token_comes_from_flag_file_or_environment(self):
        token = self.node.token("viewer")
        file = self.node.folders.path / "token"
        file.write_text(token + "\n")
        file.chmod(0o600)
        for words, env in ((["--token", token], {}), (["--token-file", file], {}), ([], {"P2P_API_TOKEN": token})):
            done = self.cli("call", "system.execute_simple_test", *words, env=env)
            self.assertEqual(done.code, 4, (words, done))
            self.assertEqual(self.cli("nodes", *words, env=env).code, 0)
        file.chmod(0o644)
        self.block(self.cli("nodes", "--token-file", file), 2, f"{file}: others may read this secret",
                   f"chmod 0600 {file}")
        self.assertEqual(self.cli("nodes", "--token", "nonsense").code, 4)

    def test_verbose_tells_each_request_on_stderr(self):
        done = self.works("nodes", "-v", "-o", "json")
        self.assertRegex(done.err, r"(?m)^GET /cluster/nodes: 200 in [0-9.]+ ms$")
        self.assertNotIn("eyJ", done.err, "a token is not shown")
        self.assertTrue(done.json["nodes"])

    def test_nothing_that_is_piped_has_an_escape_sequence(self):
        for words in (["nodes"], ["services"], ["status"], ["methods", "hello.greet"], ["services", "broken"], ["help"],
                      ["call", "system.get_system_info"], ["methods", "nobody.x"]):
            done = self.cli(*words)
            self.assertNotIn(ESCAPE, done.out + done.err, words)
        self.assertIn(ESCAPE, self.works("nodes", "--color", "always").out)
        self.assertIn(ESCAPE, self.works("nodes", env={"CLICOLOR_FORCE": "1", "NO_COLOR": ""}).out)

    def test_capabilities_are_the_whole_command_line(self):
        document = self.works("capabilities").json
        names = {command["name"] for command in document["commands"]}
        self.assertLessEqual({"call", "nodes", "service reload", "context add", "coordinator"}, names)
        for command in document["commands"]:
            shown = self.works("help", *command["name"].split()).out
            self.assertIn(f"Usage: {command['usage']}\n", shown)
            for option in command["options"]:
                self.assertIn(option["names"][-1], shown, command["name"])
        self.assertEqual({error["name"]: error["exit_code"] for error in document["errors"]}["timeout"], 6)

    def test_version_needs_nothing(self):
        done = self.cli("version", env={"HOME": "/nonexistent", "P2P_STATE_DIR": "/nonexistent", "P2P_COORD": "nonsense:x"})
        self.assertEqual((done.code, done.out), (0, "p2p_admin 1.0.0\n"))
        self.assertEqual(self.works("version", "-o", "json").json["version"], "1.0.0")
        self.assertEqual(self.works("--version").out, done.out)

    def test_cheat_is_short_recipes_by_topic(self):
        self.assertIn("p2p_admin logs -f", self.works("cheat", "logs").out)
        self.assertIn(self.works("cheat", "logs").out, self.works("cheat").out)
        done = self.cli("cheat", "log")
        self.assertEqual((done.code, done.err.splitlines()[-1]), (2, "hint:  did you mean logs?   (p2p_admin cheat)"))


class NothingOpened(unittest.TestCase):
    """`version` and `help` touch no file of ours and open no socket."""

    def test_version_makes_no_socket_and_reads_no_state(self):
        import shutil
        import subprocess
        import tempfile

        from session import PROGRAM, Folders, environment

        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        folders = Folders()
        self.addCleanup(folders.close)
        with tempfile.NamedTemporaryFile("r") as trace:
            done = subprocess.run(
                ["strace", "-f", "-o", trace.name, "-e", "trace=socket,openat,mkdir", PROGRAM, "version"],
                env=environment(folders), capture_output=True, timeout=60, check=False,
            )
            text = trace.read()
        if done.returncode != 0:
            self.skipTest("strace may not run here")
        self.assertNotIn("socket(", text)
        self.assertNotRegex(text, re.escape(str(folders.path)))


if __name__ == "__main__":
    main()
