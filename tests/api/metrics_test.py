"""GET /metrics: promtool finds nothing to say against it, in either form, and it counts what happens (http-api.md,
section 9)."""

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import unittest

import node as harness
from node import Node, NodeCase
from probe import PROBE
from wire import LOOP, until

PROMTOOL = shutil.which("promtool", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
FAMILIES = """
p2p_build_info p2p_uptime_seconds p2p_nodes p2p_services p2p_methods p2p_rpc_requests_total
p2p_rpc_request_duration_seconds_bucket p2p_rpc_inflight p2p_rpc_cancelled_total p2p_http_requests_total
p2p_http_connections p2p_http_rejected_total p2p_limit_hits_total p2p_loop_stall_seconds_bucket
p2p_service_reloads_total p2p_services_leaked_generations p2p_service_events_total p2p_service_value
p2p_auth_failures_total p2p_audit_records_total p2p_audit_failures_total p2p_log_dropped_total process_cpu_seconds_total
process_open_fds process_max_fds process_resident_memory_bytes process_virtual_memory_bytes
process_virtual_memory_max_bytes process_start_time_seconds
""".split()


class Metrics(NodeCase):
    services = {"probe": PROBE, "broken": "no C++ at all\n"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node.wait_call("probe/echo")
        cls.node.wait_service("broken", lambda entry: entry["status"] == "failed")
        cls.node.rpc("probe/nap", {"ms": 30_000}, timeout_ms=50)  # counts that it ended early
        cls.node.request("GET", "/services")

    def text(self, accept=None):
        answer = self.node.request("GET", "/metrics", headers={"Accept": accept} if accept else None)
        self.assertEqual(answer.status, 200, answer)
        return answer.headers["content-type"], answer.body.decode()

    def test_promtool_finds_nothing(self):
        self.assertIsNotNone(PROMTOOL, "promtool is missing: apt install prometheus")
        _, text = self.text()
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_every_family_of_one_node_is_there(self):
        _, text = self.text()
        names = {line.partition(" ")[0].partition("{")[0] for line in text.splitlines() if not line.startswith("#")}
        self.assertEqual([name for name in FAMILIES if name not in names], [])
        for line in text.splitlines():
            self.assertNotIn(" nan", line.lower())

    def test_as_open_metrics(self):
        accept = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5"
        kind, text = self.text(accept)
        self.assertEqual(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.assertTrue(text.endswith("\n# EOF\n"))
        families = {line.split()[2]: line.split()[3] for line in text.splitlines() if line.startswith("# TYPE ")}
        self.assertEqual(families["p2p_rpc_requests"], "counter")
        self.assertFalse([name for name in families if name.endswith("_total")])
        for line in text.splitlines():
            if line.startswith("#") or not line:
                continue
            name = line.partition(" ")[0].partition("{")[0]
            fits = [f for f in families if name == f or (name.startswith(f + "_"))]
            self.assertTrue(fits, line)
            if any(families[f] == "counter" and name == f + "_total" for f in families):
                continue
            self.assertFalse(name.endswith("_total"), line)
        plain = self.text()[0]
        self.assertEqual(plain, "text/plain; version=0.0.4; charset=utf-8")

    def counted(self, name, act, **labels):
        before = self.node.metric(name, **labels)
        act()
        return self.node.metric(name, **labels) - before

    def test_refusals_are_counted_by_what_was_missing(self):
        failures = "p2p_auth_failures_total"
        viewer, admin = self.node.token("viewer"), self.node.token()
        scoped = self.node.token("viewer", scopes=["rpc:nothing/*"])
        get = self.node.request
        for reason, act in {
            "no_token": lambda: get("GET", "/services"),
            "bad_token": lambda: get("GET", "/services", token="nonsense"),
            "role": lambda: get("GET", "/logs", token=viewer),
            "scope": lambda: get("GET", "/services", token=scoped),
            "host": lambda: get("GET", "/services", token=admin, headers={"Host": "evil.example"}),
            "url_token": lambda: get("GET", "/services?access_token=x"),
            "credential": lambda: get("POST", "/auth/token", {"node_id": "x"}, headers={"X-Forwarded-For": "1.2.3.4"}),
        }.items():
            with self.subTest(reason):
                self.assertEqual(self.counted(failures, act, reason=reason), 1)
        self.assertEqual(
            self.counted(failures, lambda: self.node.rpc("probe/rule", role="viewer"), reason="role"), 1
        )

    def test_limits_that_are_hit_are_counted(self):
        hits = "p2p_limit_hits_total"
        long = "GET /" + "a" * 9000 + " HTTP/1.1\r\n\r\n"
        many = "GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n" * 120 + "\r\n"
        for limit, act in {
            "request_line": lambda: self.node.raw(long.encode()),
            "headers": lambda: self.node.raw(many.encode()),
            "body": lambda: self.node.post("/rpc/probe/echo", b"{" + b" " * 1100000 + b"}"),
            "batch": lambda: self.node.post("/rpc", [{}] * 101),
        }.items():
            with self.subTest(limit):
                self.assertEqual(self.counted(hits, act, limit=limit), 1)

    def test_a_reload_is_counted_and_a_first_load_is_not(self):
        reloads = "p2p_service_reloads_total"
        self.assertEqual(self.node.metric(reloads, service="probe"), 0)
        self.assertGreaterEqual(self.node.metric(reloads, service="broken", outcome="failed"), 1)
        main = self.node.folders.services / "probe" / "main.cpp"
        harness.replace(main, PROBE + "\n// changed\n")
        until(lambda: self.node.metric(reloads, service="probe", outcome="ok") == 1, "the reload", 60)

    def test_a_restart_is_counted(self):
        restarts = "p2p_service_restarts_total"
        before = self.node.metric(restarts, service="probe")
        self.assertEqual(self.node.post("/admin/services/probe/restart", {}).status, 200)
        self.assertEqual(self.node.metric(restarts, service="probe"), before + 1)


class Descriptors(unittest.TestCase):
    def test_when_they_run_out_it_is_said_and_counted_and_it_goes_on(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (96, hard))
        try:
            node = Node()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.addCleanup(node.close)
        before = node.request("GET", "/health")
        self.assertEqual(before.status, 200)
        with contextlib.ExitStack() as held:
            for _ in range(120):
                connection = held.enter_context(contextlib.closing(socket.socket()))
                connection.connect((LOOP, node.port))
            node.wait_log("out of file descriptors")
        until(lambda: node.request("GET", "/health").status == 200, "it serves again")
        self.assertGreaterEqual(node.metric("p2p_limit_hits_total", limit="descriptors"), 1)


if __name__ == "__main__":
    harness.main()
