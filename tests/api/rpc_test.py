"""The RPC envelope, strict JSON-RPC 2.0, the error table, and the order of the checks (http-api.md, sections 1, 3, 4, 5, 8)."""

import json
import threading

import node as harness
from node import NodeCase, until
from probe import PROBE, small


class Rpc(NodeCase):
    services = {"probe": PROBE, "broken": small("x").replace("std::string mark()", "std::strin mark()")}

    def post(self, path, text, role="viewer", **more):
        """A body byte by byte."""
        return self.node.post(path, text.encode(), role, headers={"Content-Type": "application/json", **more.pop("headers", {})}, **more)

    def envelope(self, text, path="/rpc/probe/echo", **more):
        return self.post(path, text, **more)


class Envelope(Rpc):
    def test_the_answer_has_exactly_result_error_and_id(self):
        self.assertEqual(self.envelope('{"params":{"value":1},"id":"req1"}').json, {"result": 1, "error": None, "id": "req1"})
        failed = self.envelope('{"id":"req1"}', "/rpc/probe/fail").json
        self.assertEqual(set(failed), {"result", "error", "id"})
        self.assertEqual((failed["result"], failed["id"]), (None, "req1"))

    def test_a_2_0_request_gets_a_2_0_answer_with_result_or_error(self):
        self.assertEqual(self.envelope('{"jsonrpc":"2.0","params":{"value":[1]},"id":7}').json, {"jsonrpc": "2.0", "result": [1], "id": 7})
        failed = self.envelope('{"jsonrpc":"2.0","id":7}', "/rpc/probe/fail")
        self.assertEqual(failed.status, 500, "the status follows the route")
        self.assertEqual(set(failed.json), {"jsonrpc", "error", "id"})

    def test_an_id_comes_back_unchanged(self):
        for text in ('"a"', "7", "-1", "0", "1.5", "null", '""', '"\\u00e4\\n"', "9007199254740993", '"' + "x" * 256 + '"'):
            answer = self.envelope('{"id":%s}' % text)
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.json["id"], json.loads(text))
            self.assertIs(type(answer.json["id"]), type(json.loads(text)), "a number stays a number")

    def test_an_absent_id_is_null_and_the_call_is_answered(self):
        self.assertEqual(self.envelope('{"params":{"value":2}}').json, {"result": 2, "error": None, "id": None})

    def test_an_id_of_another_kind_or_too_long_is_refused(self):
        for text in ("true", "[1]", "{}", '"' + "x" * 257 + '"'):
            self.assertError(self.envelope('{"id":%s}' % text), 400, "invalid_request", -32600)

    def test_an_empty_body_is_an_empty_object(self):
        self.assertEqual(self.envelope("").json, {"result": None, "error": None, "id": None})

    def test_a_2_0_request_without_an_id_is_a_notification_204(self):
        for path, body in (("/rpc/probe/echo", '{"jsonrpc":"2.0"}'), ("/rpc/probe/fail", '{"jsonrpc":"2.0"}')):
            answer = self.envelope(body, path)
            self.assertEqual((answer.status, answer.body), (204, b""), answer)
            self.assertNotIn("content-type", answer.headers)

    def test_jsonrpc_of_another_version_is_refused(self):
        for text in ('"1.0"', "2.0", "null"):
            self.assertError(self.envelope('{"jsonrpc":%s,"id":1}' % text), 400, "invalid_request", -32600)

    def test_method_and_path_may_agree_in_each_way_of_writing(self):
        for path in ("/rpc/probe/echo", "/rpc/probe.echo"):
            for method in ("echo", "probe/echo", "probe.echo"):
                self.assertEqual(self.envelope('{"method":"%s"}' % method, path).status, 200, (path, method))

    def test_a_method_that_contradicts_the_path_is_refused(self):
        for method in ("rule", "probe/rule", "system/execute_command", "", "probe"):
            answer = self.envelope(json.dumps({"method": method, "id": 1}))
            self.assertError(answer, 400, "invalid_request", -32600)
            self.assertEqual(answer.json["id"], 1)

    def test_a_repeated_member_of_the_envelope_is_refused(self):
        for member in ("method", "params", "id", "jsonrpc", "target", "timeout_ms"):
            answer = self.envelope('{"%s":null,"%s":null}' % (member, member))
            self.assertError(answer, 400, "invalid_request", -32600)
            self.assertIn(member, answer.json["error"]["message"])

    def test_elsewhere_in_the_json_the_last_of_repeated_members_counts(self):
        self.assertEqual(self.envelope('{"params":{"value":{"a":1,"a":2}}}').json["result"], {"a": 2})

    def test_an_unknown_member_of_the_envelope_is_passed_over(self):
        self.assertEqual(self.envelope('{"more":1,"params":{"value":3}}').json["result"], 3)

    def test_params_go_by_name_or_by_position(self):
        for params, total in (('{"a":1}', 11), ('{"b":2,"a":1}', 3), ("[1]", 11), ("[1,2]", 3)):
            self.assertEqual(self.envelope('{"params":%s}' % params, "/rpc/probe/add").json["result"], total, params)

    def test_absent_params_and_null_are_no_params(self):
        for body in ("{}", '{"params":null}', '{"params":{}}', '{"params":[]}'):
            self.assertIsNone(self.envelope(body).json["result"])

    def test_params_of_another_kind_are_invalid_params(self):
        for params in ("1", '"a"', "true"):
            self.assertError(self.envelope('{"params":%s}' % params), 422, "invalid_params", -32602)

    def test_wrong_parameters_are_told_all_at_once_and_by_name(self):
        answer = self.envelope('{"params":{"a":"x","b":[]}}', "/rpc/probe/add")
        self.assertError(answer, 422, "invalid_params", -32602)
        pointers = [error["pointer"] for error in answer.json["error"]["data"]["errors"]]
        self.assertEqual(sorted(pointers), ["#/a", "#/b"])

    def test_missing_unknown_and_superfluous_parameters_are_refused(self):
        for params in ("{}", '{"a":1,"c":2}', "[1,2,3]", '{"a":null}', '{"a":1.5}', '{"a":true}'):
            self.assertError(self.envelope('{"params":%s}' % params, "/rpc/probe/add"), 422, "invalid_params", -32602)

    def test_the_message_about_a_parameter_is_that_of_the_specification(self):
        answer = self.node.rpc("system/execute_command", {"command": 5})
        self.assertError(answer, 422, "invalid_params", -32602)
        self.assertTrue(answer.json["error"]["message"].startswith("Invalid parameters: command: expected string, got integer"), answer)

    def test_this_node_is_meant_by_auto_local_its_role_and_its_id(self):
        for target in ("auto", "local", "coordinator", "role:coordinator", self.node.id):
            self.assertEqual(self.envelope(json.dumps({"target": target})).status, 200, target)

    def test_another_node_is_not_found_for_now(self):
        for target in ("worker", "role:worker", "worker-8002", "tag:disk=ssd"):
            self.assertError(self.envelope(json.dumps({"target": target, "id": 3})), 404, "node_not_found", -32003)

    def test_a_pattern_as_target_is_refused_with_the_hint_to_broadcast(self):
        answer = self.envelope('{"target":"web-*"}')
        self.assertError(answer, 422, "invalid_params", -32602)
        self.assertIn("broadcast", answer.body.decode())

    def test_a_target_of_no_kind_is_invalid_params(self):
        for target in ('"role:king"', '"a b"', "5", '"tag:"'):
            self.assertError(self.envelope('{"target":%s}' % target), 422, "invalid_params", -32602)

    def test_an_unknown_method_is_told_before_an_unknown_target(self):
        self.assertError(self.envelope('{"target":"worker-9"}', "/rpc/probe/nope"), 404, "method_not_found", -32601)

    def test_a_missing_role_is_told_before_an_unknown_target(self):
        self.assertError(self.envelope('{"target":"worker-9"}', "/rpc/probe/rule"), 403, "forbidden", -32002)

    def test_a_target_may_come_as_a_header_if_it_agrees(self):
        self.assertEqual(self.envelope("{}", headers={"X-P2P-Target": "local"}).status, 200)
        self.assertEqual(self.envelope('{"target":"local"}', headers={"X-P2P-Target": "local"}).status, 200)
        self.assertError(self.envelope("{}", headers={"X-P2P-Target": "worker-9"}), 404, "node_not_found")
        self.assertError(self.envelope('{"target":"auto"}', headers={"X-P2P-Target": "local"}), 400, "invalid_request", -32600)

    def test_a_timeout_is_kept_and_typed(self):
        for body, headers in (('{"params":{"ms":60000},"timeout_ms":60}', {}), ('{"params":{"ms":60000}}', {"X-P2P-Timeout": "60ms"})):
            self.assertError(self.envelope(body, "/rpc/probe/nap", headers=headers), 504, "timeout", -32005)

    def test_the_methods_own_timeout_holds_when_the_caller_allows_more(self):
        self.assertError(self.envelope('{"timeout_ms":600000}', "/rpc/probe/quick"), 504, "timeout", -32005)

    def test_a_timeout_may_come_as_a_header_if_it_agrees(self):
        self.assertEqual(self.envelope('{"timeout_ms":1000}', headers={"X-P2P-Timeout": "1s"}).status, 200)
        self.assertEqual(self.envelope("{}", headers={"X-P2P-Timeout": "5m"}).status, 200)
        self.assertError(self.envelope('{"timeout_ms":1000}', headers={"X-P2P-Timeout": "2s"}), 400, "invalid_request", -32600)

    def test_a_timeout_out_of_its_range_is_invalid_params(self):
        for timeout in ("0", "-1", "600001", "1.5", '"1s"'):
            self.assertError(self.envelope('{"timeout_ms":%s}' % timeout), 422, "invalid_params", -32602)
        for timeout in ("0", "11m", "soon", "-1s"):
            self.assertError(self.envelope("{}", headers={"X-P2P-Timeout": timeout}), 422, "invalid_params", -32602)

    def test_meta_tells_where_and_how_it_ran(self):
        answer = self.node.rpc("probe/echo", query="?meta=1")
        meta = answer.json["meta"]
        self.assertEqual((meta["node_id"], meta["path"], meta["cached"]), (self.node.id, "local", False))
        self.assertEqual(meta["trace_id"], answer.headers["x-trace-id"])
        self.assertIn("age_ms", meta)

    def test_headers_tell_where_and_how_it_ran(self):
        answer = self.node.rpc("probe/echo")
        self.assertEqual((answer.headers["x-p2p-node"], answer.headers["x-p2p-path"]), (self.node.id, "local"))

    def test_a_query_parameter_that_is_not_known_is_named_with_the_nearest(self):
        answer = self.node.rpc("probe/echo", query="?mta=1")
        self.assertError(answer, 400, "invalid_request", -32600)
        self.assertIn("meta", answer.json["hint"])

    def test_local_call_takes_the_params_and_gives_result_and_success(self):
        answer = self.post("/local/call/probe/add", '{"a":1}')
        self.assertEqual((answer.status, answer.json), (200, {"result": 11, "success": True}))
        self.assertEqual(self.post("/local/call/probe/echo", "").json, {"result": None, "success": True})

    def test_local_call_mirrors_errors_with_success_false(self):
        for path, body, status, code in (("probe/fail", "{}", 500, "method_failed"), ("probe/nope", "{}", 404, "method_not_found"),
                                         ("probe/add", '{"a":"x"}', 422, "invalid_params"), ("probe/add", "[1]", 422, "invalid_params"),
                                         ("probe/add", "{", 400, "parse_error"), ("probe/rule", "{}", 403, "forbidden")):
            answer = self.post("/local/call/" + path, body)
            self.assertError(answer, status, code)
            self.assertEqual((set(answer.json), answer.json["success"]), ({"error", "success"}, False))


class ErrorTable(Rpc):
    """Each row that a request can meet on one node."""

    def test_parse_error(self):
        for body in ("{", "nonsense", '{"id":1}x', "\xff", '{"a":01}', "[" * 100 + "]" * 100):
            answer = self.node.post("/rpc/probe/echo", body.encode("latin-1"), "viewer", headers={"Content-Type": "application/json"})
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
        for path, body in (("/rpc/probe/fail", '{"params":{"text":""}}'), ("/rpc/probe/throw_odd", "{}"), ("/rpc/probe/not_a_number", "{}")):
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
        for code, status, rpc in (("conflict", 409, -32008), ("overloaded", 503, -32006), ("rate_limited", 429, -32012),
                                  ("unavailable", 503, -32011), ("cancelled", 499, -32010), ("node_unreachable", 502, -32004),
                                  ("internal", 500, -32603)):
            answer = self.envelope(json.dumps({"params": {"code": code}}), "/rpc/probe/refuse")
            self.assertError(answer, status, code, rpc)
            if status in (429, 503):
                self.assertRegex(answer.headers["retry-after"], r"^[1-9]\d*$")

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
        for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/jsonp"}, {"Content-Type": "application/json", "Content-Encoding": "gzip"}):
            answer = self.node.post("/rpc/probe/echo", b"{}", "viewer", headers=headers)
            self.assertError(answer, 415, "unsupported_media_type")

    def test_json_with_a_charset_is_json(self):
        for kind in ("application/json; charset=utf-8", "Application/JSON", "application/json ;charset=utf-8"):
            self.assertEqual(self.node.post("/rpc/probe/echo", b"{}", "viewer", headers={"Content-Type": kind}).status, 200, kind)

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


class OrderOfChecks(Rpc):
    """Each request is wrong in two ways; the earlier check answers."""

    def test_host_before_route(self):
        self.assertEqual(self.node.request("GET", "/nowhere", headers={"Host": "example.org"}).status, 421)

    def test_route_before_verb_and_token(self):
        self.assertEqual(self.node.request("PATCH", "/nowhere").status, 404)

    def test_verb_before_token(self):
        self.assertEqual(self.node.request("PATCH", "/cluster/status").status, 405)

    def test_token_before_media_type(self):
        self.assertEqual(self.node.request("POST", "/rpc/probe/echo", b"x", headers={"Content-Type": "text/plain"}).status, 401)

    def test_role_of_the_route_before_its_query(self):
        self.assertEqual(self.node.get("/debug/registry?x=1", "viewer").status, 403)

    def test_media_type_before_size(self):
        self.assertEqual(self.node.post("/rpc/probe/echo", b"x" * (2 << 20), "viewer", headers={"Content-Type": "text/plain"}).status, 415)

    def test_token_before_size(self):
        self.assertEqual(self.node.request("POST", "/rpc/probe/echo", b"x" * (2 << 20), headers={"Content-Type": "application/json"}).status, 401)

    def test_json_before_method(self):
        self.assertError(self.envelope("{", "/rpc/probe/nope"), 400, "parse_error")

    def test_envelope_before_method(self):
        self.assertError(self.envelope('{"id":[]}', "/rpc/probe/nope"), 400, "invalid_request")

    def test_method_before_role(self):
        self.assertError(self.envelope("{}", "/rpc/system/execute_comand"), 404, "method_not_found")

    def test_role_before_params(self):
        self.assertError(self.envelope('{"params":{"x":1}}', "/rpc/system/execute_command"), 403, "forbidden")

    def test_uri_too_long_and_headers_too_large_come_first(self):
        answer = self.node.request("GET", "/" + "x" * 9000)
        self.assertError(answer, 414, "uri_too_long")
        answer = self.node.request("GET", "/nowhere", headers={"X-Long": "x" * 9000})
        self.assertError(answer, 431, "headers_too_large")


class Traces(Rpc):
    def test_every_answer_has_a_trace_id_that_the_log_shows(self):
        for method, path, body in (("GET", "/health", None), ("GET", "/nowhere", None), ("POST", "/rpc/probe/echo", {}),
                                   ("PATCH", "/health", None), ("POST", "/auth/token", {"node_id": "x"})):
            answer = self.node.request(method, path, body)
            self.assertRegex(answer.headers["x-trace-id"], r"^[0-9a-f]{32}$", (method, path))
            self.node.wait_log(answer.headers["x-trace-id"])

    def test_every_answer_names_the_api_and_forbids_storing(self):
        for path in ("/health", "/nowhere", "/metrics"):
            headers = self.node.request("GET", path).headers
            self.assertEqual((headers["x-p2p-api"], headers["cache-control"], headers["x-content-type-options"]), ("1", "no-store", "nosniff"))
            self.assertIn("date", headers)
            self.assertNotIn("server", headers)
            self.assertNotIn("access-control-allow-origin", headers)

    def test_a_traceparent_is_taken_over_into_answer_log_error_and_call(self):
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        answer = self.node.rpc("probe/who", headers=headers)
        self.assertEqual((answer.headers["x-trace-id"], answer.json["result"]["trace"]), (trace, trace))
        self.assertEqual(self.node.rpc("probe/fail", headers=headers).json["error"]["data"]["trace_id"], trace)
        self.node.wait_log(trace)

    def test_a_malformed_traceparent_is_replaced(self):
        for text in ("nonsense", "00-" + "0" * 32 + "-00f067aa0ba902b7-01"):
            answer = self.node.rpc("probe/echo", headers={"traceparent": text})
            self.assertEqual(answer.status, 200)
            self.assertRegex(answer.headers["x-trace-id"], r"^(?!0{32})[0-9a-f]{32}$")

    def test_the_caller_is_the_tokens_subject_with_its_role(self):
        who = self.node.call("probe/who", role="viewer")
        self.assertEqual((who["user"], who["role"], who["node"]), ("client", "viewer", self.node.id))


class StrictJsonRpc(Rpc):
    """POST /rpc, with the examples of the JSON-RPC 2.0 specification on methods of the probe."""

    def send(self, body):
        answer = self.post("/rpc", body if isinstance(body, str) else json.dumps(body))
        return answer.status, (json.loads(answer.body) if answer.body else None)

    def assertFailed(self, answer, rpc_code, request_id=None):
        self.assertEqual(set(answer), {"jsonrpc", "error", "id"}, answer)
        self.assertEqual((answer["jsonrpc"], answer["error"]["code"], answer["id"]), ("2.0", rpc_code, request_id), answer)
        self.assertTrue(answer["error"]["message"])

    def test_positional_and_named_parameters(self):
        for params in ([42, 23], {"a": 42, "b": 23}, {"b": 23, "a": 42}):
            self.assertEqual(self.send({"jsonrpc": "2.0", "method": "probe.add", "params": params, "id": 1}),
                             (200, {"jsonrpc": "2.0", "result": 65, "id": 1}))

    def test_a_notification_is_not_answered(self):
        self.assertEqual(self.send({"jsonrpc": "2.0", "method": "probe/add", "params": [1, 2]}), (204, None))
        self.assertEqual(self.send({"jsonrpc": "2.0", "method": "nope/nope"}), (204, None))

    def test_an_id_of_null_is_an_id(self):
        self.assertEqual(self.send({"jsonrpc": "2.0", "method": "probe/add", "params": [1, 2], "id": None}),
                         (200, {"jsonrpc": "2.0", "result": 3, "id": None}))

    def test_a_method_that_does_not_exist(self):
        for method in ("foobar", "nope/foobar", "probe/foobar", "probe/hidden"):
            status, answer = self.send({"jsonrpc": "2.0", "method": method, "id": "1"})
            self.assertEqual(status, 200)
            self.assertFailed(answer, -32601, "1")

    def test_json_that_is_none(self):
        status, answer = self.send('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]')
        self.assertEqual(status, 400)
        self.assertFailed(answer, -32700)

    def test_a_request_object_that_is_none(self):
        status, answer = self.send('{"jsonrpc": "2.0", "method": 1, "params": "bar"}')
        self.assertEqual(status, 200)
        self.assertFailed(answer, -32600)

    def test_a_request_must_say_2_0_and_a_method(self):
        for request in ({"method": "probe/echo", "id": 1}, {"jsonrpc": "1.0", "method": "probe/echo", "id": 1}, {"jsonrpc": "2.0", "id": 1}):
            status, answer = self.send(request)
            self.assertEqual((status, answer["error"]["code"]), (200, -32600), answer)

    def test_a_batch_that_is_no_json(self):
        status, answer = self.send('[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]')
        self.assertEqual(status, 400)
        self.assertFailed(answer, -32700)

    def test_an_empty_batch_and_what_is_neither_object_nor_array(self):
        for body in ("[]", "1", '"x"', "null", ""):
            status, answer = self.send(body)
            self.assertEqual(status, 400, body)
            self.assertFailed(answer, -32700 if body == "" else -32600)

    def test_a_batch_of_nothing_valid_has_an_error_for_each(self):
        status, answers = self.send("[1,2,3]")
        self.assertEqual((status, len(answers)), (200, 3))
        for answer in answers:
            self.assertFailed(answer, -32600)

    def test_a_mixed_batch_is_answered_in_order_without_its_notifications(self):
        status, answers = self.send([
            {"jsonrpc": "2.0", "method": "probe/add", "params": [1, 2], "id": "1"},
            {"jsonrpc": "2.0", "method": "probe/add", "params": [7, 1]},
            {"jsonrpc": "2.0", "method": "probe/nap", "params": {"ms": 30}, "id": "2"},
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            {"jsonrpc": "2.0", "method": "probe/echo", "params": {"value": ["hello", 5]}, "id": 9}])
        self.assertEqual((status, len(answers)), (200, 5))
        self.assertEqual(answers[0], {"jsonrpc": "2.0", "result": 3, "id": "1"})
        self.assertEqual(answers[1], {"jsonrpc": "2.0", "result": 30, "id": "2"})
        self.assertFailed(answers[2], -32600)
        self.assertFailed(answers[3], -32601, "5")
        self.assertEqual(answers[4], {"jsonrpc": "2.0", "result": ["hello", 5], "id": 9})

    def test_a_batch_of_notifications_is_answered_with_nothing(self):
        self.assertEqual(self.send([{"jsonrpc": "2.0", "method": "probe/echo"}, {"jsonrpc": "2.0", "method": "probe/nap", "params": [20]}]), (204, None))

    def test_entries_of_a_batch_run_at_the_same_time(self):
        with_nap = {"jsonrpc": "2.0", "method": "probe/nap", "params": [60000], "timeout_ms": 400}
        entries = [{**with_nap, "id": i} for i in range(20)]
        box = []
        thread = threading.Thread(target=lambda: box.append(self.send(entries)))
        thread.start()
        until(lambda: self.node.metric("p2p_service_gauge", service="probe", name="napping") == 20 or box, "20 at once")
        thread.join(30)
        self.assertEqual({answer["error"]["code"] for answer in box[0][1]}, {-32005})

    def test_each_entry_of_a_batch_is_authorized_by_itself(self):
        _, answers = self.send([{"jsonrpc": "2.0", "method": "probe/rule", "id": 1}, {"jsonrpc": "2.0", "method": "probe/echo", "id": 2},
                                {"jsonrpc": "2.0", "method": "system/execute_command", "params": {"command": "id"}, "id": 3}])
        self.assertFailed(answers[0], -32002, 1)
        self.assertEqual(answers[1]["result"], None)
        self.assertFailed(answers[2], -32002, 3)

    def test_a_batch_has_at_most_100_entries(self):
        entry = {"jsonrpc": "2.0", "method": "probe/echo", "id": 1}
        status, answers = self.send([entry] * 100)
        self.assertEqual((status, len(answers)), (200, 100))
        status, answer = self.send([entry] * 101)
        self.assertEqual(status, 400)
        self.assertFailed(answer, -32600)

    def test_a_repeated_member_is_refused_alone_and_in_a_batch(self):
        twice = '{"jsonrpc":"2.0","method":"probe/echo","method":"probe/add","id":1}'
        status, answer = self.send(twice)
        self.assertEqual((status, answer["error"]["code"]), (200, -32600))
        status, answers = self.send(f"[{twice}]")
        self.assertEqual((status, answers[0]["error"]["code"]), (200, -32600), answers)

    def test_a_failing_call_is_200_with_the_error_of_the_table(self):
        status, answer = self.send({"jsonrpc": "2.0", "method": "probe/fail", "id": 1})
        self.assertEqual(status, 200)
        self.assertFailed(answer, -32000, 1)
        self.assertEqual((answer["error"]["message"], answer["error"]["data"]["code"]), ("planned failure", "method_failed"))

    def test_a_target_works_here_as_well(self):
        status, answer = self.send({"jsonrpc": "2.0", "method": "probe/echo", "target": "worker-9", "id": 1})
        self.assertFailed(answer, -32003, 1)


if __name__ == "__main__":
    harness.main()
