"""The built-in service over HTTP: who may do what, what is recorded, and what becomes of commands when the node dies
(builtin-services.md, section 6)."""

import ctypes
import os
import pathlib
import signal
import subprocess
import threading
import unittest

import node as harness
from node import PR_SET_PDEATHSIG, Node, NodeCase, libc
from wire import until

ADMIN = {
    "execute_command": {"command": "true"},
    "terminate_process": {"pid": 4194303},
    "service_action": {"service_name": "no-such-unit", "action": "status"},
}
OPERATOR = {
    "execute_simple_test": {},
    "list_processes": {},
    "get_process_info": {"pid": 1},
    "list_services": {},
}
VIEWER = {"get_system_info": {}, "get_system_metrics": {}, "ping": {}}


def runs(pid):
    """Whether this process does something still: a zombie does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Roles(NodeCase):
    def test_who_may_call_what(self):
        wanted = {"viewer": 1, "operator": 2, "admin": 3}
        for rank, methods in enumerate((VIEWER, OPERATOR, ADMIN), 1):
            for method, params in methods.items():
                for role, has in wanted.items():
                    answer = self.node.rpc("system/" + method, params, role=role)
                    if has < rank:
                        self.assertError(answer, 403, "forbidden", -32002)
                    else:
                        self.assertNotIn(answer.status, (401, 403, 404), f"{role} {method} {answer}")

    def test_the_catalogue_tells_roles_caches_and_broadcast(self):
        methods = {m["name"]: m for m in self.node.get("/methods?service=system").json["methods"]}
        caches = {n: m["cache_ttl_ms"] for n, m in methods.items() if m["cache_ttl_ms"]}
        self.assertEqual(caches, {"get_system_info": 60000, "list_services": 5000})
        for rank, names in (("viewer", VIEWER), ("operator", OPERATOR), ("admin", ADMIN)):
            for name in names:
                self.assertEqual(methods[name]["role"], rank, methods[name])
                self.assertEqual(
                    methods[name]["broadcastable"], name not in ("terminate_process", "service_action"), methods[name]
                )

    def test_each_call_of_an_admin_method_is_recorded_with_its_outcome(self):
        for method, params in ADMIN.items():
            answer = self.node.rpc("system/" + method, params)
            trace, outcome = answer.headers["x-trace-id"], answer.code or "ok"
            [record] = [r for r in self.node.audit() if r["trace_id"] == trace]
            self.assertEqual(
                (record["object"], record["outcome"], record["decision"]),
                (f"system/{method}@{self.node.id}", outcome, "allow"),
            )

    def test_a_name_for_a_shell_an_option_or_a_path_is_refused(self):
        for name in ("; reboot", "-H evil", "../x"):
            answer = self.node.rpc("system/service_action", {"service_name": name, "action": "restart"})
            self.assertError(answer, 422, "invalid_params", -32602)
        answer = self.node.rpc("system/service_action", {"service_name": "ssh", "action": "restart"})
        self.assertError(answer, 403, "forbidden")
        self.assertIn("system.services_allow", answer.json["error"]["message"])

    def test_a_child_of_ours_is_found_and_ended_and_a_reused_number_is_not(self):
        with subprocess.Popen(["sleep", "1000"]) as child:
            try:
                info = self.node.call("system/get_process_info", {"pid": child.pid})
                self.assertEqual((info["ppid"], info["memory_info"]["rss"] > 0), (os.getpid(), True))
                answer = self.node.rpc(
                    "system/terminate_process", {"pid": child.pid, "create_time": info["create_time"] - 60}
                )
                self.assertError(answer, 409, "conflict")
                self.assertTrue(runs(child.pid))
                ended = self.node.call(
                    "system/terminate_process", {"pid": child.pid, "create_time": info["create_time"], "grace": 20}
                )
                self.assertEqual((ended["signal"], ended["terminated"]), ("SIGTERM", True))
            finally:
                child.kill()

    def test_the_node_does_not_end_itself_nor_the_first_process(self):
        for pid in (1, self.node.pid):
            answer = self.node.rpc("system/terminate_process", {"pid": pid, "force": True})
            self.assertError(answer, 403, "forbidden")

    def test_a_hundred_calls_for_metrics_at_once_are_answered_with_one_sample_and_health_between(self):
        token, answers = self.node.token("viewer"), []
        gate = threading.Barrier(101)

        def ask():
            gate.wait(30)
            answers.append(self.node.request("POST", "/rpc/system/get_system_metrics", {}, token))

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(100)]
        for thread in threads:
            thread.start()
        gate.wait(30)
        self.assertEqual(self.node.request("GET", "/health").status, 200)
        for thread in threads:
            thread.join(60)
        self.assertEqual([a.status for a in answers], [200] * 100)


class CommandsEnd(unittest.TestCase):
    """However the node goes, what it runs for somebody goes with it."""

    def start(self):
        node = Node()
        self.addCleanup(node.close)
        return node

    def pids_of_a_command(self, node):
        """The shell, a job in its background and the program in front of it, while the call runs."""
        file = node.folders.path / f"pids-{node.pid}"
        text = f"sleep 1000 & echo $$ $! > {file}.part; mv {file}.part {file}; sleep 1000; true"
        token = node.token()

        def call():
            try:
                node.request("POST", "/rpc/system/execute_command", {"params": {"command": text, "timeout": 60}}, token)
            except OSError:
                pass  # the node dies under it

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 30)
        until(file.exists, "the command runs")
        pids = [int(word) for word in file.read_text().split()]
        self.assertTrue(all(runs(pid) for pid in pids))
        return pids

    def gone(self, pids):
        until(lambda: not any(runs(pid) for pid in pids), lambda: f"{[p for p in pids if runs(p)]} run still")

    def test_no_command_outlives_a_node_that_is_killed(self):
        node = self.start()
        pids = self.pids_of_a_command(node)
        node.signal(signal.SIGKILL)
        node.wait()
        self.gone(pids)

    def test_no_command_outlives_a_second_signal(self):
        node = self.start()
        pids = self.pids_of_a_command(node)
        node.signal(signal.SIGTERM)
        node.wait_log("stopping")
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(10), 130)
        self.gone(pids)

    def test_no_command_and_no_guard_outlives_a_node_that_stops(self):
        node = self.start()
        pids = self.pids_of_a_command(node)
        children = pathlib.Path(f"/proc/{node.pid}/task/{node.pid}/children")
        others = [int(p) for p in children.read_text().split()]
        for task in pathlib.Path(f"/proc/{node.pid}/task").iterdir():
            others += [int(p) for p in (task / "children").read_text().split()]
        self.assertGreaterEqual(len(set(others)), 2, "a shell and its guard")
        self.assertEqual(node.stop(40), 0)
        self.gone(pids + others)


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists("/dev/fuse"), "mounting needs root and /dev/fuse")
class HangingMount(unittest.TestCase):
    """A file system that never answers: a FUSE mount whose server reads nothing. In a mount namespace of the node's."""

    def test_it_is_named_and_delays_no_other_method(self):
        folder = harness.Folders()
        self.addCleanup(folder.close)
        place = folder.path / "hangs"
        place.mkdir()
        fuse = os.open("/dev/fuse", os.O_RDWR)
        self.addCleanup(os.close, fuse)
        probe = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("no mount namespaces here: " + probe.stderr.decode())
        node = self.start_in_namespace(folder, place, fuse)
        info = until(
            lambda: (i := node.call("system/get_system_info")) and str(place) in i["stale_mounts"] and i,
            lambda: f"{place} in {node.call('system/get_system_info')}",
            40,
        )
        self.assertNotIn(str(place), info["disk_usage"])
        for method in ("ping", "get_system_metrics", "list_processes", "execute_simple_test"):
            self.assertTrue(node.call("system/" + method))
        self.assertEqual(node.request("GET", "/health").status, 200)
        node.signal(signal.SIGKILL)  # a thread of the pool is in the kernel until the mount is gone

    def start_in_namespace(self, folder, place, fuse):
        original = harness.die_with

        def die_with(parent):
            before = original(parent)
            options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0".encode()

            def prepare():
                before()
                clone_newns, rec_private = 0x20000, 0x4000 | 0x40000
                if libc.unshare(clone_newns) != 0 or libc.mount(b"none", b"/", None, rec_private, None) != 0:
                    os._exit(90)
                if libc.mount(b"server:/export", str(place).encode(), b"fuse.sshfs", 6, ctypes.c_char_p(options)) != 0:
                    os._exit(91)
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

            return prepare

        harness.die_with = die_with
        try:
            node = Node(folders=folder)
        finally:
            harness.die_with = original
        self.addCleanup(node.close)
        return node


if __name__ == "__main__":
    harness.main()
