"""The audit log: who did what, on disk before it is answered (security.md, section 11)."""

import hashlib
import json
import resource
import stat

import node as harness
from node import NodeCase
from probe import PROBE
from wire import until


class Audit(NodeCase):
    services = {"probe": PROBE}
    options = {"restore_signals": False}  # SIGXFSZ stays ignored, so that a limit on files is an error and no death

    def records(self, **fits):
        return [r for r in self.node.audit() if all(r.get(k) == v for k, v in fits.items())]

    def test_an_issued_token_is_recorded_before_it_is_given_out(self):
        self.node.request("POST", "/auth/token", {"node_id": "auditor"})
        [record] = self.records(action="token.issue", object="auditor")
        self.assertEqual((record["decision"], record["outcome"], record["amr"]), ("allow", "ok", "local"))

    def test_a_command_is_recorded_with_its_parameters_before_the_answer(self):
        answer = self.node.rpc("system/execute_command", {"command": "echo audited"})
        [record] = self.records(trace_id=answer.headers["x-trace-id"])
        self.assertEqual((record["actor"], record["role"], record["action"]), ("client", "admin", "rpc"))
        self.assertEqual(record["object"], f"system/execute_command@{self.node.id}")
        self.assertEqual(record["params"], {"command": "echo audited"})
        self.assertEqual((record["decision"], record["outcome"]), ("allow", "ok"))
        self.assertTrue(record["peer"].startswith("127.0.0.1:"))

    def test_a_secret_parameter_is_masked(self):
        answer = self.node.rpc("probe/rule", {"password": "hunter2-hunter2"})
        [record] = self.records(trace_id=answer.headers["x-trace-id"])
        self.assertEqual(record["params"], {"password": "***"})
        self.assertNotIn(
            "hunter2", (self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl").read_text()
        )
        self.assertNotIn("hunter2", self.node.log())

    def test_an_admin_method_that_a_service_calls_is_recorded(self):
        answer = self.node.rpc("probe/ask", {"service": "probe", "method": "rule"})
        until(
            lambda: self.records(trace_id=answer.headers["x-trace-id"], object=f"probe/rule@{self.node.id}"),
            "the record of the inner call",
        )

    def test_a_denied_call_is_recorded(self):
        answer = self.node.rpc("system/execute_command", {"command": "id"}, role="viewer")
        self.assertEqual(answer.status, 403)
        record = until(
            lambda: self.records(decision="deny", object=f"system/execute_command@{self.node.id}"), "the denial"
        )[0]
        self.assertEqual((record["actor"], record["role"]), ("client", "viewer"))

    def test_a_viewers_calls_are_not_recorded(self):
        trace = self.node.rpc("probe/echo", role="viewer").headers["x-trace-id"]
        self.node.rpc("probe/rule")  # which is: all before it is in the file
        self.assertEqual(self.records(trace_id=trace), [])

    def test_the_start_and_the_loading_of_services_are_recorded(self):
        self.assertTrue(self.records(action="node.start"))
        [record] = until(
            lambda: [r for r in self.records(action="service.load") if r["object"].startswith("probe")], "the load"
        )
        self.assertRegex(record["object"], r"^probe sha256:[0-9a-f]{64}$")

    def test_the_records_are_a_chain(self):
        self.node.rpc("probe/rule")
        previous = "0" * 64
        for i, line in enumerate(
            (self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl").read_text().splitlines(), 1
        ):
            record = json.loads(line)
            self.assertEqual((record["seq"], record["prev"]), (i, previous))
            without = line[: line.rindex(',"hash":')] + "}"
            previous = record["hash"]
            self.assertEqual(hashlib.sha256(without.encode()).hexdigest(), previous)

    def test_nobody_else_may_read_it(self):
        file = self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)

    def test_when_it_cannot_be_written_admin_methods_are_refused_and_reading_goes_on(self):
        file = self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl"
        token, viewer = self.node.token(), self.node.token("viewer")
        soft, hard = resource.prlimit(self.node.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.node.pid, resource.RLIMIT_FSIZE, (file.stat().st_size, hard))
        try:
            answer = self.node.request("POST", "/rpc/probe/rule", {}, token)
            self.assertError(answer, 503, "audit_unavailable", -32013)
            self.assertIn("retry-after", answer.headers)
            self.assertError(self.node.request("POST", "/auth/token", {"node_id": "x"}), 503, "audit_unavailable")
            self.assertEqual(self.node.request("POST", "/rpc/probe/echo", {}, viewer).status, 200)
            self.assertIn(b"[-]state_dir failed", self.node.request("GET", "/readyz?verbose").body)
        finally:
            resource.prlimit(self.node.pid, resource.RLIMIT_FSIZE, (soft, hard))
        until(lambda: self.node.request("POST", "/rpc/probe/rule", {}, token).status == 200, "admin methods again")
        self.test_the_records_are_a_chain()


if __name__ == "__main__":
    harness.main()
