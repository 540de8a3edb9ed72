"""doctor, as an administrator types it; and who holds a port that is taken."""

import json
import os
import pathlib
import re
import socket
import unittest

from session import Folders, main
from node import LOOP, Node, run_program

BROKEN = "#include <p2p/service.hpp>\nclass Run : public p2p::BaseService { int f() { return nothing; } };\nEXPORT_SERVICE(Run)\n"


class InFolders(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folders = Folders()
        self.addCleanup(self.folders.close)

    def run_program(self, *words, **more):
        return run_program(self.folders, *words, **more)


class Doctor(InFolders):
    """On a machine whose Redis is off, so that nothing outside decides."""

    def doctor(self, *words, env=None):
        return self.run_program("doctor", *words, "-o", "json", env={"REDIS_URL": "", **(env or {})})

    def checks(self, *words, env=None):
        code, out, err = self.doctor(*words, env=env)
        self.assertEqual(err, "")
        found = json.loads(out)
        self.assertEqual(code, 1 if found["failures"] else 0)
        return {check["check"]: check for check in found["checks"]}

    def test_of_a_node_that_is_well_nothing_fails(self):
        node = Node(folders=self.folders)
        self.addCleanup(node.close)
        checks = self.checks("--coord", f"{LOOP}:{node.port}", "--state-dir", self.folders.state)
        self.assertEqual({name for name, check in checks.items() if check["level"] == "fail"}, set())
        for name in ("program", "state dir", "disk", "services dir", "secret", "open files", "compiler", "linker",
                     "redis", "node", "clock", "ready", "services", "port 8001"):
            self.assertIn(name, checks)
        self.assertIn(f"{node.id} at {LOOP}:{node.port} is healthy, version ", checks["node"]["text"])

    def test_nobody_there_is_a_failure_with_the_command_that_starts_a_node(self):
        node = self.checks("--coord", f"{LOOP}:9")["node"]
        self.assertEqual((node["level"], node["repair"]), ("fail", "p2p_admin coordinator --port 9"))
        self.assertIn("connection refused", node["text"])

    def test_it_makes_nothing(self):
        place = self.folders.path / "not/yet"
        self.assertEqual(self.checks("--state-dir", place)["state dir"]["level"], "ok")
        self.assertFalse(place.exists())

    def test_modes_and_a_weak_secret_fail_and_the_secret_is_not_shown(self):
        self.folders.state.chmod(0o755)
        checks = self.checks("--state-dir", self.folders.state, env={"JWT_SECRET_KEY": "hunter2hunter2"})
        self.assertEqual(checks["state dir"]["repair"], f"chmod 700 {self.folders.state}")
        self.assertEqual(checks["configuration"]["level"], "fail")
        self.assertIn("JWT_SECRET_KEY", checks["configuration"]["text"])
        self.assertNotIn("secret", checks, "what is told of it already")
        self.assertNotIn("hunter2", json.dumps(checks))

    def test_a_service_that_failed_is_named_with_its_place(self):
        node = Node(services={"prices": BROKEN}, folders=self.folders)
        self.addCleanup(node.close)
        node.wait_service("prices", lambda entry: entry["status"] == "failed")
        services = self.checks("--coord", f"{LOOP}:{node.port}")["services"]
        self.assertEqual(services["level"], "warn")
        self.assertRegex(services["text"], r"^prices is failed: compile: prices/main\.cpp:2:\d+: use of undeclared")

    def test_the_configured_port_is_looked_at_instead_of_the_usual_ones(self):
        with socket.socket() as taken:
            taken.bind((LOOP, 0))
            taken.listen(1)
            port = taken.getsockname()[1]
            checks = self.checks("--coord", f"{LOOP}:9", env={"P2P_NODE_PORT": str(port)})
        self.assertEqual([name for name in checks if name.startswith("port ")], [f"port {port}"])
        self.assertEqual(checks[f"port {port}"]["level"], "warn")
        self.assertIn(f"(pid {os.getpid()})", checks[f"port {port}"]["text"])
        checks = self.checks("--coord", f"{LOOP}:9", env={"P2P_NODE_PORT": "0"})
        self.assertEqual([name for name in checks if name.startswith("port ")], [])

    def test_for_people_each_line_has_its_word_and_its_repair(self):
        code, out, _ = self.run_program(
            "doctor", "--coord", f"{LOOP}:9", env={"REDIS_URL": "redis://127.0.0.1:1", "P2P_SERVICES_COMPILER": "no-clang"})
        self.assertEqual(code, 1)
        self.assertIn("ok    redis          redis://127.0.0.1:1 does not answer: connection refused; nothing uses it in this "
                      "version\n", out)
        self.assertRegex(out, r"\nwarn  compiler       no-clang is not installed: .*\n                     -> apt install ")
        self.assertIn("FAIL  node           127.0.0.1:9 does not answer: connection refused\n"
                      "                     -> p2p_admin coordinator --port 9\n", out)
        self.assertTrue(re.search(r"\n\d+ ok, \d+ warnings?, 1 failure\n$", out), out)
        self.assertNotIn("\x1b", out)
        _, names, _ = self.run_program("doctor", "--coord", f"{LOOP}:9", "-o", "name")
        _, lines, _ = self.run_program("doctor", "--coord", f"{LOOP}:9", "-o", "ndjson")
        checks = [json.loads(line) for line in lines.splitlines()]
        self.assertGreater(len(checks), 3)
        self.assertTrue(all(set(check) >= {"check", "level", "text"} for check in checks), "one check a line")
        self.assertIn("node", names.splitlines())


class TakenPort(InFolders):
    def test_the_error_names_who_has_it(self):
        with socket.socket() as taken:
            taken.bind((LOOP, 0))
            taken.listen(1)
            port = taken.getsockname()[1]
            code, _, err = self.run_program("coordinator", "--port", port)
            self.assertEqual(code, 1)
            name = pathlib.Path(pathlib.Path("/proc/self/cmdline").read_bytes().split(b"\0")[0].decode()).name
            self.assertIn(
                f"error: port {port} is taken: {name} (pid {os.getpid()}) listens on {LOOP}:{port}\n", err)
            self.assertIn("hint:  stop it, or take another port: --port N", err)


if __name__ == "__main__":
    main()
