"""What keeps a node from starting, and what two nodes of one user share (security.md, sections 2, 4 and 13)."""

import http.client
import json
import os
import re
import socket
import subprocess
import unittest

import node as harness
from node import Folders, Node, run_program
from wire import LOOP, exchange, read_line


class Refusals(unittest.TestCase):
    """What keeps a node from starting: exit 78, a sentence, and nothing listens."""

    def setUp(self):
        self.folders = Folders()
        self.addCleanup(self.folders.close)

    def refused(self, *words, env=None):
        with socket.socket() as probe:
            probe.bind((LOOP, 0))
            port = probe.getsockname()[1]
        code, out, err = run_program(
            self.folders,
            "coordinator",
            "--port",
            port,
            "--state-dir",
            self.folders.state,
            "--services-dir",
            self.folders.services,
            *words,
            env=env,
        )
        self.assertEqual(code, 78, out + err)
        with socket.socket() as probe:
            self.assertNotEqual(probe.connect_ex((LOOP, port)), 0, "something listens")
        return err

    def test_a_weak_secret(self):
        for secret in ("short", "a" * 64, "your-super-secret-key-change-this-in-production", "change-me" * 5):
            err = self.refused(env={"JWT_SECRET_KEY": secret})
            self.assertIn("JWT_SECRET_KEY", err)
            self.assertNotIn(secret, err)

    def test_a_state_directory_that_others_may_enter(self):
        self.folders.state.chmod(0o755)
        err = self.refused()
        self.assertIn("chmod", err)
        self.assertIn(str(self.folders.state), err)
        command = re.search(r"chmod [^\n]*", err)[0].strip().rstrip(".")
        subprocess.run(["sh", "-c", command], check=True, timeout=20)
        node = Node(folders=self.folders)  # the command it printed mends it
        self.addCleanup(node.close)

    def test_a_key_that_others_may_read(self):
        node = Node(folders=self.folders)
        node.stop()
        (self.folders.state / "cluster.key").chmod(0o644)
        err = self.refused()
        self.assertIn("chmod", err)
        self.assertIn("cluster.key", err)

    def test_a_torn_key_is_named_and_never_made_anew(self):
        node = Node(folders=self.folders)
        node.stop()
        key = self.folders.state / "cluster.key"
        torn = key.read_bytes()[:5]
        key.write_bytes(torn)
        self.assertIn("cluster.key", self.refused())
        self.assertEqual(key.read_bytes(), torn)

    def test_a_link_in_place_of_the_state_directory(self):
        real = self.folders.path / "real"
        real.mkdir(0o700)
        self.folders.state.rmdir()
        self.folders.state.symlink_to(real)
        self.assertIn(str(self.folders.state), self.refused())

    def test_an_address_that_is_not_loopback(self):
        for address in ("0.0.0.0", "::", "10.0.0.1"):
            err = self.refused("--address", address)
            self.assertIn(address, err)
            self.assertIn("loopback", err)

    def test_a_port_that_is_taken_is_an_error_of_its_own(self):
        with socket.socket() as taken:
            taken.bind((LOOP, 0))
            taken.listen(1)
            port = taken.getsockname()[1]
            code, _, err = run_program(self.folders, "coordinator", "--port", port, "--state-dir", self.folders.state)
        self.assertEqual(code, 1, err)
        self.assertIn(str(port), err)

    def test_mistakes_of_usage_are_exit_2_with_a_hint(self):
        code, _, err = run_program(self.folders, "coordinator", "--verbos")
        self.assertEqual(code, 2, err)
        self.assertIn("--verbose", err)


class TwoNodes(unittest.TestCase):
    def test_two_nodes_started_together_share_one_set_of_keys(self):
        folders = Folders()
        self.addCleanup(folders.close)
        first = Node(folders=folders, wait=False)
        self.addCleanup(first.close)
        second = Node("worker", folders=folders, args=["--coord", f"127.0.0.1:{first.port}"], wait=False)
        self.addCleanup(second.close)
        self.assertEqual(first.request("GET", "/cluster/status", token=second.token()).status, 200)
        self.assertEqual(second.request("GET", "/cluster/status", token=first.token()).status, 200)
        self.assertEqual(
            first.get("/cluster/status").json["cluster_id"], second.get("/cluster/status").json["cluster_id"]
        )
        self.assertNotEqual(first.id, second.id)

    def test_a_first_start_of_several_at_once_makes_one_set_of_keys(self):
        folders = Folders()
        self.addCleanup(folders.close)
        processes = []
        for _ in range(4):
            reading, writing = os.pipe()
            processes.append(
                (
                    reading,
                    subprocess.Popen(
                        [
                            str(harness.PROGRAM),
                            "coordinator",
                            "--port",
                            "0",
                            "--state-dir",
                            folders.state,
                            "--services-dir",
                            folders.services,
                            "--ready-fd",
                            str(writing),
                        ],
                        cwd=folders.path,
                        env=harness.environment(folders),
                        pass_fds=[writing],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        preexec_fn=harness.die_with(os.getpid()),
                    ),
                )
            )
            os.close(writing)
            self.addCleanup(processes[-1][1].wait, 30)
            self.addCleanup(processes[-1][1].kill)
        ports = [json.loads(read_line(reading, 60))["port"] for reading, _ in processes]
        for reading, _ in processes:
            os.close(reading)
        token = None
        for port in ports:
            connection = http.client.HTTPConnection(LOOP, port, timeout=20)
            self.addCleanup(connection.close)
            token = token or exchange(connection, "POST", "/auth/token", {"node_id": "x"}).json["access_token"]
            self.assertEqual(exchange(connection, "GET", "/cluster/status", token=token).status, 200)


if __name__ == "__main__":
    harness.main()
