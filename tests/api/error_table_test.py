"""Each row of the error table that one node can be made to answer (http-api.md, section 4)."""

import json

import node as harness
from probe import RpcCase
from wire import until


class ErrorTable(RpcCase):
    """Each row that a request can meet on one node."""

    def test_parse_error(self):
        for body in ("{", "nonsense", '{"id":1}x', "\xff", '{"a":01}', "[" * 100 + "]" * 100):
            answer = self.node.post(
                "/rpc/probe/echo", body.encode("latin-1"), "viewer", headers={"Content-Type": "application/json"}
            )
            self.assertError(answer, 400, "parse_error", -32700)

    def test_invalid_request(self):
        for body in ("[]", "7", "null", '"x"'):
            self.assertError(self.envelope(body), 400, "invalid_request", -32600)

    def test_method_not_found_names_the_nearest(self):
        answer = self.envelope("{}", "/rpc/probe/ecko")
        self.assertError(answer, 404, "method_not_found", -32601)
        self.assertIn("echo", answer.json["error"]["data"]["hint"])

    def test_service_not_found_names_the_nearest(self):
        answer = self.envelope("{}", "/rpc/prob/echo")
        self.assertError(answer, 404, "service_not_found", -32601)
        self.assertIn("probe", answer.json["error"]["data"]["hint"])

    def test_a_method_that_is_not_public_looks_like_one_that_does_not_exist(self):
        for method in ("hidden", "undeclared", "initialize", "cleanup", "start", "stop", "_private", "~Run"):
            answer = self.envelope("{}", "/rpc/probe/" + method)
            self.assertError(answer, 404, "method_not_found", -32601)

        def shape(name):
            return self.envelope("{}", "/rpc/probe/" + name).json["error"]["message"].replace(name, "NAME")

        self.assertEqual(shape("hidden"), shape("hxddxn"))

    def test_invalid_params(self):
        self.assertError(self.envelope('{"params":{"x":1}}'), 422, "invalid_params", -32602)

    def test_method_failed_has_the_text_of_the_exception(self):
        answer = self.envelope('{"params":{"text":"disk not found"}}', "/rpc/probe/fail")
        self.assertError(answer, 500, "method_failed", -32000)
        self.assertEqual(answer.json["error"]["message"], "disk not found")

    def test_method_failed_is_never_without_words(self):
        for path, body in (
            ("/rpc/probe/fail", '{"params":{"text":""}}'),
            ("/rpc/probe/throw_odd", "{}"),
            ("/rpc/probe/not_a_number", "{}"),
        ):
            answer = self.envelope(body, path)
            self.assertError(answer, 500, "method_failed", -32000)
            self.assertGreater(len(answer.json["error"]["message"]), 10)

    def test_unauthenticated_is_a_problem(self):
        answer = self.node.request("POST", "/rpc/probe/echo", {})
        self.assertError(answer, 401, "unauthenticated", -32001)
        self.assertEqual(answer.headers["www-authenticate"], 'Bearer realm="p2p_admin"')

    def test_forbidden_by_the_method_is_an_envelope_and_by_the_route_a_problem(self):
        self.assertError(self.envelope('{"id":1}', "/rpc/probe/rule"), 403, "forbidden", -32002)
        answer = self.node.get("/debug/registry", "viewer")
        self.assertError(answer, 403, "forbidden", -32002)
        self.assertNotIn("error", answer.json)

    def test_timeout(self):
        self.assertError(self.envelope("{}", "/rpc/probe/quick"), 504, "timeout", -32005)

    def test_conflict_overloaded_rate_limited_and_unavailable_of_a_method_keep_their_code(self):
        for code, status, rpc in (
            ("conflict", 409, -32008),
            ("overloaded", 503, -32006),
            ("rate_limited", 429, -32012),
            ("unavailable", 503, -32011),
            ("cancelled", 499, -32010),
            ("node_unreachable", 502, -32004),
            ("internal", 500, -32603),
        ):
            answer = self.envelope(json.dumps({"params": {"code": code}}), "/rpc/probe/refuse")
            self.assertError(answer, status, code, rpc)
            if status in (429, 503):
                self.assertRegex(answer.headers["retry-after"], r"^[1-9]\d*$")

    def test_overloaded_when_1024_calls_run_and_health_answers_still(self):
        body = b'{"params":{"ms":25000}}'
        call = (
            f"POST /rpc/probe/nap HTTP/1.1\r\nHost: 127.0.0.1:{self.node.port}\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: Bearer {self.node.token('viewer')}\r\n\r\n"
        ).encode() + body
        wires = [self.node.connect() for _ in range(16)]
        try:
            for wire in wires:
                wire.send(call * 64)  # as many as one connection may have at once
            until(lambda: self.node.metric("p2p_rpc_inflight") == 1024, "1024 calls run")
            answer = self.envelope("{}")
            self.assertError(answer, 503, "overloaded", -32006)
            self.assertRegex(answer.headers["retry-after"], r"^[1-9]\d*$")
            self.assertEqual(self.node.request("GET", "/health").status, 200)
        finally:
            for wire in wires:
                wire.close()
        until(lambda: self.envelope("{}").status == 200, "room again")

    def test_unavailable_is_what_a_service_that_does_not_compile_answers(self):
        self.node.wait_service("broken", lambda entry: entry["status"] == "failed")
        answer = self.envelope("{}", "/rpc/broken/mark")
        self.assertError(answer, 503, "unavailable", -32011)
        self.assertRegex(answer.headers["retry-after"], r"^[1-9]\d*$")

    def test_too_large_body(self):
        answer = self.envelope(json.dumps({"params": {"value": "x" * (1 << 20)}}))
        self.assertError(answer, 413, "too_large", -32009)

    def test_a_body_of_just_under_1_mib_is_taken(self):
        text = "x" * ((1 << 20) - 64)
        self.assertEqual(self.envelope(json.dumps({"params": {"value": text}})).json["result"], text)

    def test_too_large_result(self):
        self.assertEqual(len(self.envelope('{"params":{"mib":15}}', "/rpc/probe/much").json["result"]), 15 << 20)
        self.assertError(self.envelope('{"params":{"mib":17}}', "/rpc/probe/much"), 413, "too_large", -32009)

    def test_node_not_found(self):
        self.assertError(self.envelope('{"target":"nobody"}'), 404, "node_not_found", -32003)
        self.assertError(self.node.get("/cluster/nodes/nobody"), 404, "node_not_found", -32003)

    def test_not_found_names_the_nearest_route(self):
        answer = self.node.request("GET", "/helth")
        self.assertError(answer, 404, "not_found")
        self.assertIn("/health", answer.json["hint"])

    def test_method_not_allowed_says_which_are(self):
        answer = self.node.request("DELETE", "/health")
        self.assertError(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "GET, HEAD")
        self.assertEqual(self.node.request("GET", "/rpc/probe/echo").headers["allow"], "POST")

    def test_unsupported_media_type(self):
        for headers in (
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/jsonp"},
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        ):
            answer = self.node.post("/rpc/probe/echo", b"{}", "viewer", headers=headers)
            self.assertError(answer, 415, "unsupported_media_type")

    def test_json_with_a_charset_is_json(self):
        for kind in ("application/json; charset=utf-8", "Application/JSON", "application/json ;charset=utf-8"):
            self.assertEqual(
                self.node.post("/rpc/probe/echo", b"{}", "viewer", headers={"Content-Type": kind}).status, 200, kind
            )

    def test_wrong_host(self):
        answer = self.node.get("/cluster/status", headers={"Host": "example.org"})
        self.assertError(answer, 421, "wrong_host")

    def test_every_row_has_its_page(self):
        names = """parse_error invalid_request method_not_found service_not_found invalid_params internal method_failed unauthenticated
            forbidden node_not_found node_unreachable timeout overloaded draining conflict too_large cancelled rate_limited unavailable
            audit_unavailable not_found method_not_allowed not_acceptable request_timeout unsupported_media_type uri_too_long
            headers_too_large wrong_host upgrade_required tls_required"""
        for name in names.split():
            page = self.node.request("GET", "/errors/" + name)
            self.assertEqual((page.status, page.json["code"]), (200, name))


if __name__ == "__main__":
    harness.main()
