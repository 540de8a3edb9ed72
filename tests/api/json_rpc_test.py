"""Strict JSON-RPC 2.0 on POST /rpc, with the examples of its specification (http-api.md, section 3)."""

import json
import threading

import node as harness
from probe import RpcCase
from wire import until


class StrictJsonRpc(RpcCase):
    """POST /rpc, with the examples of the JSON-RPC 2.0 specification on methods of the probe."""

    def send(self, body):
        answer = self.post("/rpc", body if isinstance(body, str) else json.dumps(body))
        return answer.status, (json.loads(answer.body) if answer.body else None)

    def assertFailed(self, answer, rpc_code, request_id=None):
        self.assertEqual(set(answer), {"jsonrpc", "error", "id"}, answer)
        self.assertEqual(
            (answer["jsonrpc"], answer["error"]["code"], answer["id"]), ("2.0", rpc_code, request_id), answer
        )
        self.assertTrue(answer["error"]["message"])

    def test_positional_and_named_parameters(self):
        for params in ([42, 23], {"a": 42, "b": 23}, {"b": 23, "a": 42}):
            self.assertEqual(
                self.send({"jsonrpc": "2.0", "method": "probe.add", "params": params, "id": 1}),
                (200, {"jsonrpc": "2.0", "result": 65, "id": 1}),
            )

    def test_a_notification_is_not_answered(self):
        self.assertEqual(self.send({"jsonrpc": "2.0", "method": "probe/add", "params": [1, 2]}), (204, None))
        self.assertEqual(self.send({"jsonrpc": "2.0", "method": "nope/nope"}), (204, None))

    def test_headers_that_belong_to_a_single_call_are_refused_rather_than_ignored(self):
        request = {"jsonrpc": "2.0", "method": "probe/add", "params": [1, 2], "id": 1}
        for name, value in (("X-P2P-Timeout", "1s"), ("X-P2P-Target", "local")):
            answer = self.node.post("/rpc", request, headers={name: value})
            self.assertEqual((answer.status, answer.json["error"]["code"]), (400, -32600))

    def test_an_id_of_null_is_an_id(self):
        self.assertEqual(
            self.send({"jsonrpc": "2.0", "method": "probe/add", "params": [1, 2], "id": None}),
            (200, {"jsonrpc": "2.0", "result": 3, "id": None}),
        )

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
        for request in (
            {"method": "probe/echo", "id": 1},
            {"jsonrpc": "1.0", "method": "probe/echo", "id": 1},
            {"jsonrpc": "2.0", "id": 1},
        ):
            status, answer = self.send(request)
            self.assertEqual((status, answer["error"]["code"]), (200, -32600), answer)

    def test_a_batch_that_is_no_json(self):
        status, answer = self.send(
            '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]'
        )
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
        status, answers = self.send(
            [
                {"jsonrpc": "2.0", "method": "probe/add", "params": [1, 2], "id": "1"},
                {"jsonrpc": "2.0", "method": "probe/add", "params": [7, 1]},
                {"jsonrpc": "2.0", "method": "probe/nap", "params": {"ms": 30}, "id": "2"},
                {"foo": "boo"},
                {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
                {"jsonrpc": "2.0", "method": "probe/echo", "params": {"value": ["hello", 5]}, "id": 9},
            ]
        )
        self.assertEqual((status, len(answers)), (200, 5))
        self.assertEqual(answers[0], {"jsonrpc": "2.0", "result": 3, "id": "1"})
        self.assertEqual(answers[1], {"jsonrpc": "2.0", "result": 30, "id": "2"})
        self.assertFailed(answers[2], -32600)
        self.assertFailed(answers[3], -32601, "5")
        self.assertEqual(answers[4], {"jsonrpc": "2.0", "result": ["hello", 5], "id": 9})

    def test_a_batch_of_notifications_is_answered_with_nothing(self):
        self.assertEqual(
            self.send(
                [
                    {"jsonrpc": "2.0", "method": "probe/echo"},
                    {"jsonrpc": "2.0", "method": "probe/nap", "params": [20]},
                ]
            ),
            (204, None),
        )

    def test_entries_of_a_batch_run_at_the_same_time(self):
        with_nap = {"jsonrpc": "2.0", "method": "probe/nap", "params": [60000], "timeout_ms": 400}
        entries = [{**with_nap, "id": i} for i in range(20)]
        box = []
        thread = threading.Thread(target=lambda: box.append(self.send(entries)))
        thread.start()
        until(
            lambda: self.node.metric("p2p_service_value", service="probe", name="napping") == 20 or box, "20 at once"
        )
        thread.join(30)
        self.assertEqual({answer["error"]["code"] for answer in box[0][1]}, {-32005})

    def test_each_entry_of_a_batch_is_authorized_by_itself(self):
        _, answers = self.send(
            [
                {"jsonrpc": "2.0", "method": "probe/rule", "id": 1},
                {"jsonrpc": "2.0", "method": "probe/echo", "id": 2},
                {"jsonrpc": "2.0", "method": "system/execute_command", "params": {"command": "id"}, "id": 3},
            ]
        )
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

    def test_answers_over_the_limit_together_end_what_still_runs(self):
        def entry(number, method, *params):
            return {"jsonrpc": "2.0", "method": method, "params": list(params), "id": number}

        def cancelled():
            return self.node.metric("p2p_service_events_total", service="probe", name="ended_early_cancelled") or 0

        before = cancelled()
        naps = [entry(i, "probe/nap", 60000) for i in range(2)]
        status, answer = self.send([*naps, entry(8, "probe/much", 9), entry(9, "probe/much", 9), *naps])
        self.assertEqual(status, 200)
        self.assertFailed(answer, -32009)
        self.assertIn("together", answer["error"]["message"])
        until(lambda: cancelled() - before >= 2, "the naps to be cancelled")
        status, answer = self.send(entry(7, "probe/much", 17))
        self.assertFailed(answer, -32009, 7)
        self.assertEqual(cancelled() - before, 2, "those behind were not begun")

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
        self.assertEqual(
            (answer["error"]["message"], answer["error"]["data"]["code"]), ("planned failure", "method_failed")
        )

    def test_a_target_works_here_as_well(self):
        status, answer = self.send({"jsonrpc": "2.0", "method": "probe/echo", "target": "worker-9", "id": 1})
        self.assertFailed(answer, -32003, 1)


if __name__ == "__main__":
    harness.main()
