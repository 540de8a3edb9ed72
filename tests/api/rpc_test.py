"""The RPC envelope, the order of the checks, and the trace of a request (http-api.md, sections 1, 3, 5 and 8)."""

import json

import node as harness
from probe import RpcCase


class Envelope(RpcCase):
    def test_the_answer_has_exactly_result_error_and_id(self):
        self.assertEqual(
            self.envelope('{"params":{"value":1},"id":"req1"}').json, {"result": 1, "error": None, "id": "req1"}
        )
        failed = self.envelope('{"id":"req1"}', "/rpc/probe/fail").json
        self.assertEqual(set(failed), {"result", "error", "id"})
        self.assertEqual((failed["result"], failed["id"]), (None, "req1"))

    def test_a_2_0_request_gets_a_2_0_answer_with_result_or_error(self):
        self.assertEqual(
            self.envelope('{"jsonrpc":"2.0","params":{"value":[1]},"id":7}').json,
            {"jsonrpc": "2.0", "result": [1], "id": 7},
        )
        failed = self.envelope('{"jsonrpc":"2.0","id":7}', "/rpc/probe/fail")
        self.assertEqual(failed.status, 500, "the status follows the route")
        self.assertEqual(set(failed.json), {"jsonrpc", "error", "id"})

    def test_an_id_comes_back_unchanged(self):
        for text in (
            '"a"',
            "7",
            "-1",
            "0",
            "1.5",
            "null",
            '""',
            '"\\u00e4\\n"',
            "9007199254740993",
            '"' + "x" * 256 + '"',
        ):
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
        self.assertTrue(
            answer.json["error"]["message"].startswith("Invalid parameters: command: expected string, got integer"),
            answer,
        )

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

    def test_wrong_parameters_are_told_before_an_unknown_target(self):
        for params in ('{"nobody":1}', "[1,2,3,4,5]"):
            body = '{"target":"worker-9","params":%s}' % params
            self.assertError(self.envelope(body), 422, "invalid_params", -32602)
            strict = '{"jsonrpc":"2.0","method":"probe/echo","target":"worker-9","id":1,"params":%s}' % params
            self.assertEqual(self.envelope(strict, "/rpc").code, "invalid_params")
        self.assertError(self.envelope('{"target":"worker-9","params":{}}'), 404, "node_not_found")

    def test_a_target_may_come_as_a_header_if_it_agrees(self):
        self.assertEqual(self.envelope("{}", headers={"X-P2P-Target": "local"}).status, 200)
        self.assertEqual(self.envelope('{"target":"local"}', headers={"X-P2P-Target": "local"}).status, 200)
        self.assertError(self.envelope("{}", headers={"X-P2P-Target": "worker-9"}), 404, "node_not_found")
        self.assertError(
            self.envelope('{"target":"auto"}', headers={"X-P2P-Target": "local"}), 400, "invalid_request", -32600
        )

    def test_a_timeout_is_kept_and_typed(self):
        for body, headers in (
            ('{"params":{"ms":60000},"timeout_ms":60}', {}),
            ('{"params":{"ms":60000}}', {"X-P2P-Timeout": "60ms"}),
        ):
            self.assertError(self.envelope(body, "/rpc/probe/nap", headers=headers), 504, "timeout", -32005)

    def test_the_methods_own_timeout_holds_when_the_caller_allows_more(self):
        self.assertError(self.envelope('{"timeout_ms":600000}', "/rpc/probe/quick"), 504, "timeout", -32005)

    def test_a_timeout_may_come_as_a_header_if_it_agrees(self):
        self.assertEqual(self.envelope('{"timeout_ms":1000}', headers={"X-P2P-Timeout": "1s"}).status, 200)
        self.assertEqual(self.envelope("{}", headers={"X-P2P-Timeout": "5m"}).status, 200)
        self.assertError(
            self.envelope('{"timeout_ms":1000}', headers={"X-P2P-Timeout": "2s"}), 400, "invalid_request", -32600
        )

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
        for path, body, status, code in (
            ("probe/fail", "{}", 500, "method_failed"),
            ("probe/nope", "{}", 404, "method_not_found"),
            ("probe/add", '{"a":"x"}', 422, "invalid_params"),
            ("probe/add", "[1]", 422, "invalid_params"),
            ("probe/add", "{", 400, "parse_error"),
            ("probe/rule", "{}", 403, "forbidden"),
        ):
            answer = self.post("/local/call/" + path, body)
            self.assertError(answer, status, code)
            self.assertEqual((set(answer.json), answer.json["success"]), ({"error", "success"}, False))


class OrderOfChecks(RpcCase):
    """Each request is wrong in two ways; the earlier check answers."""

    def test_host_before_route(self):
        self.assertEqual(self.node.request("GET", "/nowhere", headers={"Host": "example.org"}).status, 421)

    def test_route_before_verb_and_token(self):
        self.assertEqual(self.node.request("PATCH", "/nowhere").status, 404)

    def test_verb_before_token(self):
        self.assertEqual(self.node.request("PATCH", "/cluster/status").status, 405)

    def test_token_before_media_type(self):
        self.assertEqual(
            self.node.request("POST", "/rpc/probe/echo", b"x", headers={"Content-Type": "text/plain"}).status, 401
        )

    def test_role_of_the_route_before_its_query(self):
        self.assertEqual(self.node.get("/debug/registry?x=1", "viewer").status, 403)

    def test_an_unknown_query_parameter_is_refused_on_every_route(self):
        for path in ("/health", "/cluster/status", "/local/services", "/debug/registry", "/methods", "/metrics"):
            self.assertError(self.node.get(path + "?colour=red"), 400, "invalid_request", -32600)
        for path in ("/rpc", "/rpc/probe/echo", "/local/call/probe/echo", "/auth/token"):
            self.assertError(self.node.post(path + "?colour=red", {}), 400, "invalid_request", -32600)

    def test_media_type_before_size(self):
        self.assertEqual(
            self.node.post(
                "/rpc/probe/echo", b"x" * (2 << 20), "viewer", headers={"Content-Type": "text/plain"}
            ).status,
            415,
        )

    def test_token_before_size(self):
        self.assertEqual(
            self.node.request(
                "POST", "/rpc/probe/echo", b"x" * (2 << 20), headers={"Content-Type": "application/json"}
            ).status,
            401,
        )

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


class Traces(RpcCase):
    def test_every_answer_has_a_trace_id_that_the_log_shows(self):
        answers = [
            self.node.request("GET", "/health"),
            self.node.request("GET", "/nowhere"),
            self.node.request("PATCH", "/health"),
            self.node.request("POST", "/auth/token", {"node_id": "x"}),
            self.node.request("POST", "/rpc/probe/echo", {}),
            self.node.post("/rpc/probe/echo", {}),
            self.node.post("/rpc/probe/echo", {"jsonrpc": "2.0"}),
            self.node.post("/rpc/probe/fail", {}),
            self.node.post("/rpc", [{"jsonrpc": "2.0", "method": "probe/echo", "id": 1}]),
            self.node.post("/local/call/probe/echo", {}),
        ]
        self.assertEqual([answer.status for answer in answers], [200, 404, 405, 200, 401, 200, 204, 500, 200, 200])
        traces = [answer.headers["x-trace-id"] for answer in answers]
        self.assertEqual(len(set(traces)), len(traces))
        for trace in traces:
            self.assertRegex(trace, r"^[0-9a-f]{32}$")
            self.node.wait_log(trace)

    def test_every_answer_names_the_api_and_forbids_storing(self):
        for path in ("/health", "/nowhere", "/metrics"):
            headers = self.node.request("GET", path).headers
            self.assertEqual(
                (headers["x-p2p-api"], headers["cache-control"], headers["x-content-type-options"]),
                ("1", "no-store", "nosniff"),
            )
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


if __name__ == "__main__":
    harness.main()
