"""What a node does under attack and in need: more calls than it takes, clients that are slow on purpose, no
descriptors, a full disk, and the end without warning (security.md, sections 10 and 13)."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import resource
import select
import signal
import socket
import subprocess
import threading
import time
import unittest

import node as harness
from node import Folders, Node, libc
from probe import PROBE, small
from wire import LOOP, until

MIB = 1 << 20


def request_bytes(node, path, token, body=b"{}", headers=""):
    return (
        f"POST {path} HTTP/1.1\r\nHost: {LOOP}:{node.port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    ).encode() + body


class Hostile(unittest.TestCase):
    def start(self, **options):
        node = Node(**options)
        self.addCleanup(node.close)
        return node

    def connect(self, node, **more):
        wire = node.connect(**more)
        self.addCleanup(wire.close)
        return wire


class Overload(Hostile):
    def test_calls_beyond_the_limit_are_refused_at_once_and_health_answers_all_the_while(self):
        node = self.start(services={"probe": PROBE})
        node.wait_call("probe/add", {"a": 1})
        token = node.token("viewer")
        held = 1024
        nap = request_bytes(node, "/rpc/probe/nap", token, b'{"params":{"ms":60000},"timeout_ms":60000}')
        wires = [self.connect(node) for _ in range(held // 32)]
        for wire in wires:
            wire.send(nap * 32)  # pipelined: 32 slots a connection
        until(
            lambda: node.metric("p2p_service_value", service="probe", name="napping") == held, "all slots are held", 60
        )
        for _ in range(50):
            refused = node.request("POST", "/rpc/probe/add", {"params": {"a": 1}}, token)
            self.assertEqual((refused.status, refused.code), (503, "overloaded"), refused)
            self.assertGreaterEqual(int(refused.headers["retry-after"]), 1)
            self.assertEqual(node.request("GET", "/health").status, 200)
        self.assertEqual(node.metric("p2p_service_value", service="probe", name="napping"), held, "none was answered")
        for wire in wires:
            wire.close()
        until(lambda: node.rpc("probe/add", {"a": 1}).status == 200, "calls are taken again")

    def test_connections_that_come_and_say_nothing_do_not_keep_others_out(self):
        node = self.start()
        silent = [self.connect(node) for _ in range(500)]
        for wire in silent[::2]:
            wire.send(b"GET /health HT")
        self.assertEqual(node.request("GET", "/health").status, 200)
        self.assertGreaterEqual(node.metric("p2p_http_connections"), 500)


class Slow(Hostile):
    """All slow clients of one node at the same time: their time-outs run side by side."""

    def test_slow_clients_are_ended_and_nobody_else_waits(self):
        node = self.start(services={"probe": PROBE})
        node.wait_call("probe/add", {"a": 1})
        token = node.token("viewer")
        head = request_bytes(node, "/rpc/probe/echo", token, b"x" * 5000)[:-5000]
        headers = [self.connect(node, timeout=60) for _ in range(20)]
        bodies = [self.connect(node, timeout=60) for _ in range(20)]
        stalled = [self.connect(node, timeout=60) for _ in range(20)]
        for wire in bodies + stalled:
            wire.send(head + b"{")
        dripping = {wire: head for wire in headers} | {wire: b" " * 5000 for wire in bodies}
        sent, ended = dict.fromkeys(dripping, 0), set()
        end = time.monotonic() + 60
        while len(ended) < len(dripping) and time.monotonic() < end:
            for wire in dripping.keys() - ended:  # a byte each turn, a turn each 50 ms
                try:
                    wire.send(dripping[wire][sent[wire] : sent[wire] + 1])
                    sent[wire] += 1
                except OSError:
                    ended.add(wire)
                if select.select([wire.socket], [], [], 0)[0]:
                    ended.add(wire)
            self.assertEqual(node.request("GET", "/health").status, 200)
            time.sleep(0.05)
        self.assertEqual(len(ended), len(dripping), "each was ended")
        for wire in headers + bodies + stalled:
            answer = wire.answer()
            self.assertEqual((answer.status, answer.code), (408, "request_timeout"), answer)
        self.assertTrue(all(sent[w] < len(dripping[w]) for w in dripping), "before it was through")

    def test_who_does_not_read_cannot_fill_the_memory(self):
        node = self.start(services={"probe": PROBE})
        node.wait_call("probe/add", {"a": 1})
        token = node.token("viewer")
        before = node.status_kb("VmRSS")
        body = b'{"params":{"mib":15}}'
        greedy = []
        for _ in range(80):  # 80 times 15 MiB, were there no bound
            wire = socket.socket()
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.connect((LOOP, node.port))
            self.addCleanup(wire.close)
            wire.sendall(request_bytes(node, "/rpc/probe/much", token, body))
            greedy.append(wire)
        until(lambda: node.metric("p2p_rpc_requests_total", service="probe", method="much") >= 80 or node.ended(), "all were run", 60)
        peak = node.status_kb("VmHWM")
        if not harness.SANITIZED:
            # 256 MiB wait at most; one answer on its way exists as a value, a body and an output.
            self.assertLess(peak - before, 420 * 1024, f"{before} KiB before, {peak} KiB at most")
        self.assertEqual(node.call("probe/add", {"a": 1}), 11)
        self.assertGreater(node.metric("p2p_http_rejected_total", reason="full"), 0)
        node.wait_log("its connection held most")


class Descriptors(Hostile):
    def test_without_descriptors_open_connections_are_served_and_new_ones_come_later(self):
        original = harness.die_with

        def die_with(parent):
            before = original(parent)

            def prepare():
                before()
                resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

            return prepare

        harness.die_with = die_with
        self.addCleanup(setattr, harness, "die_with", original)
        node = self.start()
        harness.die_with = original
        token = node.token()
        first = self.connect(node)
        call = request_bytes(node, "/rpc/system/ping", token)
        crowd = [self.connect(node) for _ in range(300)]
        first.send(call)
        self.assertEqual(first.answer().status, 200)
        node.wait_log("out of file descriptors")
        for _ in range(20):
            first.send(call)
            self.assertEqual(first.answer().status, 200)
        command = request_bytes(node, "/rpc/system/execute_simple_test", token)  # needs pipes: that is what the reserve is for
        first.send(command)
        self.assertTrue(first.answer().json["result"]["success"])
        waiting = self.connect(node, timeout=60)
        waiting.send(call)
        for wire in crowd:
            wire.close()
        self.assertEqual(waiting.answer().status, 200)
        node.wait_log("file descriptors are free again")
        self.assertEqual(node.request("GET", "/health").status, 200)
        self.assertLess(node.log().count("out of file descriptors"), 3, "it does not fill the log with it")


@unittest.skipUnless(os.geteuid() == 0, "mounting a file system of a known size needs root")
class FullDisk(Hostile):
    """The state directory on a tmpfs of a few MiB, in a mount namespace of the node's own."""

    def start_on(self, kib, services=None):
        folders = Folders()
        self.addCleanup(folders.close)
        original = harness.die_with

        def die_with(parent):
            before = original(parent)

            def prepare():
                before()
                clone_newns, rec_private = 0x20000, 0x4000 | 0x40000
                if libc.unshare(clone_newns) != 0 or libc.mount(b"none", b"/", None, rec_private, None) != 0:
                    os._exit(90)
                options = f"size={kib}k,mode=700".encode()
                if libc.mount(b"small", str(folders.state).encode(), b"tmpfs", 0, options) != 0:
                    os._exit(91)

            return prepare

        if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no mount namespaces here")
        harness.die_with = die_with
        try:
            node = Node(folders=folders, services=services)
        finally:
            harness.die_with = original
        self.addCleanup(node.close)
        self.state = pathlib.Path(f"/proc/{node.pid}/root{folders.state}")
        return node

    def fill(self):
        ballast = self.state / "ballast"
        with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        return ballast

    def test_a_full_state_directory_refuses_what_must_be_recorded_and_recovers(self):
        node = self.start_on(4096)
        admin, viewer = node.token(), node.token("viewer")
        self.assertEqual(node.request("POST", "/rpc/system/execute_simple_test", {}, admin).status, 200)
        ballast = self.fill()

        def refused():
            answer = node.request("POST", "/rpc/system/execute_command", {"params": {"command": "true"}}, admin)
            return answer if answer.status != 200 else None

        answer = until(refused, "an admin call is refused")
        self.assertEqual((answer.status, answer.code), (503, "audit_unavailable"), answer)
        self.assertIn("retry-after", answer.headers)
        self.assertEqual(node.request("POST", "/auth/token", {"node_id": "x"}).code, "audit_unavailable")
        self.assertEqual(node.request("POST", "/rpc/system/ping", {}, viewer).status, 200)
        self.assertEqual(node.request("GET", "/health").status, 200)
        ready = node.request("GET", "/readyz?verbose")
        self.assertEqual(ready.status, 503)
        self.assertIn(b"[-]state_dir failed", ready.body)
        node.wait_log("No space left on device")
        ballast.unlink()
        until(
            lambda: node.request("POST", "/rpc/system/execute_command", {"params": {"command": "true"}}, admin).status
            == 200,
            "admin calls again",
        )
        until(lambda: node.request("GET", "/readyz").status == 200, "ready again")
        check_chain(self, (self.state / "nodes" / str(node.port) / "audit.jsonl").read_text())

    def test_a_full_build_cache_says_so_and_the_service_comes_when_there_is_room(self):
        node = self.start_on(8192)
        ballast = self.fill()
        node.folders.put("late", small("late"))
        entry = node.wait_service("late", lambda e: e["status"] in ("failed", "error"))
        words = json.dumps(entry["reason"]) + node.log()
        self.assertIn("No space left on device", words, entry)
        self.assertEqual(node.request("GET", "/health").status, 200)
        self.assertTrue(node.call("system/ping", role="viewer")["pong"])
        ballast.unlink()
        harness.replace(node.folders.services / "late" / "main.cpp", small("late") + "\n")
        self.assertEqual(node.wait_call("late/mark"), "late")


class TakenPort(Hostile):
    def holder(self):
        wire = socket.socket()
        wire.bind((LOOP, 0))
        wire.listen()
        self.addCleanup(wire.close)
        return wire, wire.getsockname()[1]

    def test_a_port_that_becomes_free_in_a_moment_is_waited_for(self):
        wire, port = self.holder()
        folders = Folders()
        self.addCleanup(folders.close)
        nodes = []
        thread = threading.Thread(target=lambda: nodes.append(Node(folders=folders, port=port)), daemon=True)
        thread.start()
        until(lambda: any("is taken; trying" in f.read_text() for f in folders.path.glob("log-*")), "it says so")
        wire.close()
        thread.join(60)
        self.assertEqual([node.port for node in nodes], [port])
        nodes[0].close()

    def test_a_port_that_stays_taken_is_an_error_that_names_it(self):
        _, port = self.holder()
        with self.assertRaisesRegex(AssertionError, f"port {port} is taken: "):
            Node(port=port)


def check_chain(test, text):
    previous, records = "0" * 64, []
    for number, line in enumerate(text.splitlines(), 1):
        record = json.loads(line)
        test.assertEqual((record["seq"], record["prev"]), (number, previous), line)
        previous = record["hash"]
        test.assertEqual(hashlib.sha256((line[: line.rindex(',"hash":')] + "}").encode()).hexdigest(), previous)
        records.append(record)
    return records


class Killed(Hostile):
    times = 100

    def test_no_acknowledged_call_is_missing_from_the_audit_log_however_often_it_is_killed(self):
        """Four clients call an admin method; at a random moment the node is killed, and starts again on its port."""
        dice = random.Random(20260)  # moments differ from run to run all the same, by what the machine does
        folders = Folders()
        self.addCleanup(folders.close)
        node = Node(folders=folders, services=None, env={"JWT_SECRET_KEY": "kX7vQ2mZ9tLw4RbN8sYc3HdJ6gFp1Ua5"})
        self.addCleanup(node.close)
        self.addCleanup(lambda: node.close())
        node.args[node.args.index("--port") + 1] = node.port
        token, port = node.token(), node.port
        acknowledged = []
        for round_number in range(self.times):
            before = len(acknowledged)
            threads = [
                threading.Thread(target=self.call_until_it_dies, args=(port, token, acknowledged), daemon=True)
                for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            wanted = dice.randrange(1, 25)  # not a time: the moment is one of the node's own work
            until(lambda: len(acknowledged) >= before + wanted or node.ended(), "calls are acknowledged")
            node.signal(signal.SIGKILL)
            node.wait()
            for thread in threads:
                thread.join(30)
            node.start()
            self.assertEqual(node.port, port)
            if round_number % 10 == 9:
                self.check(node, acknowledged)
        self.check(node, acknowledged)
        self.assertGreater(len(acknowledged), self.times)
        self.assertEqual(node.stop(), 0)

    def call_until_it_dies(self, port, token, acknowledged):
        """Calls one behind the other on one connection; what is answered with 200 is acknowledged."""
        import http.client

        connection = http.client.HTTPConnection(LOOP, port, timeout=30)
        headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
        body = json.dumps({"params": {"service_name": "unit", "action": "status"}})
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                connection.request("POST", "/rpc/system/service_action", body, headers)
                answer = connection.getresponse()
                answer.read()
                acknowledged.append(answer.headers["X-Trace-Id"])

    def check(self, node, acknowledged):
        file = node.folders.state / "nodes" / str(node.port) / "audit.jsonl"
        traces = {r["trace_id"] for r in check_chain(self, file.read_text()) if r["action"] == "rpc"}
        missing = [trace for trace in acknowledged if trace not in traces]
        self.assertEqual(missing, [], f"{len(missing)} of {len(acknowledged)}")


if __name__ == "__main__":
    harness.main()
