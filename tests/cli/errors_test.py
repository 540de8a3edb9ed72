"""What can go wrong between us and a node: each error of the table, answers that are none, silence, cuts."""

import contextlib
import json
import socket
import time
import unittest

from session import Folders, StubNode, main, problem, run

# cli.md's table of exit codes, by hand.
EXIT = {
    1: "method_failed internal conflict cancelled",
    2: "parse_error invalid_request invalid_params too_large method_not_allowed not_acceptable request_timeout "
    "unsupported_media_type uri_too_long headers_too_large upgrade_required tls_required",
    3: "node_unreachable overloaded rate_limited draining unavailable audit_unavailable",
    4: "unauthenticated forbidden wrong_host",
    5: "node_not_found service_not_found method_not_found not_found",
    6: "timeout",
}
EXIT_OF = {name: code for code, names in EXIT.items() for name in names.split()}


class Errors(unittest.TestCase):
    def setUp(self):
        self.folders = Folders()
        self.addCleanup(self.folders.close)

    def ask(self, answer, *words, **more):
        with StubNode(answer) as stub:
            return run(self.folders, *words, "--coord", stub.at, **more)

    def test_each_name_of_the_error_table_gives_its_exit_code(self):
        table = {e["name"]: e["exit_code"] for e in run(self.folders, "capabilities").json["errors"]}
        self.assertEqual(table, EXIT_OF)
        for name, code in EXIT_OF.items():
            done = self.ask(lambda *_: (418, problem(name, 418, hint="type this")), "nodes")
            self.assertEqual((done.code, done.out, done.err), (code, "", "error: it is so\nhint:  type this\n"), name)
        envelope = {"result": None, "id": 1,
                    "error": {"code": -32000, "message": "it broke", "data": problem("method_failed", 500, "it broke")}}
        done = self.ask(lambda *_: (500, envelope), "call", "a.b")
        self.assertEqual((done.code, done.err), (1, "error: it broke\n"))

    def test_an_error_of_a_newer_node_goes_by_its_status(self):
        for status, code in ((400, 2), (401, 4), (403, 4), (404, 5), (409, 1), (429, 3), (500, 1), (503, 3), (504, 6)):
            done = self.ask(lambda *_: (status, problem("of_tomorrow", status)), "nodes")
            self.assertEqual(done.code, code, (status, done))

    def test_an_error_as_a_document_has_the_apis_members(self):
        answer = problem("forbidden", 403, "not you", trace_id="ab" * 16, hint="ask")
        done = self.ask(lambda *_: (403, answer), "nodes", "-o", "json")
        self.assertEqual((done.code, done.err), (4, ""))
        self.assertEqual({k: v for k, v in done.json["error"].items() if k in answer}, {**answer, "title": "Forbidden"})

    def test_what_is_no_node_is_said_to_be_none(self):
        for content in (b"<html>", b"", b'{"error":"plain"}', b"[1,2"):
            done = self.ask(lambda *_: (404, content, {"Content-Type": "text/html"}), "health", "-v")
            self.assertEqual(done.code, 3)
            self.assertIn("does not answer as a node\ncause: it said 404 with text/html\n", done.err)
        done = self.ask(lambda *_: (200, b"not json"), "nodes")
        self.assertEqual(done.code, 3)
        done = self.ask(lambda *_: (200, {"unexpected": 1}), "nodes")
        self.assertEqual(done.code, 3, "a list without its rows")

    def test_a_server_of_another_kind_is_told_apart(self):
        listener = socket.create_server(("127.0.0.1", 0))
        with contextlib.closing(listener):
            import threading

            def greet():
                client, _ = listener.accept()
                client.sendall(b"220 mail.example ESMTP\r\n")
                client.close()

            thread = threading.Thread(target=greet)
            thread.start()
            done = run(self.folders, "nodes", "--coord", "127.0.0.1:%d" % listener.getsockname()[1], "--token", "x")
            thread.join(10)
        self.assertEqual(done.code, 3)
        self.assertIn("does not answer as a node", done.err)

    def test_silence_ends_with_the_time(self):
        listener = socket.create_server(("127.0.0.1", 0))
        with contextlib.closing(listener):
            place = "127.0.0.1:%d" % listener.getsockname()[1]
            began = time.monotonic()
            done = run(self.folders, "nodes", "--coord", place, "--timeout", "300ms", "--token", "x")
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(done.code, 6)
        self.assertEqual(done.err, f"error: {place} did not answer within 300 ms\nhint:  give it more time: --timeout 2m\n")

    def test_nobody_there_is_exit_3_with_what_to_type(self):
        done = run(self.folders, "nodes", "--coord", "127.0.0.1:1")
        self.assertEqual(done.code, 3)
        self.assertEqual(done.err, "error: 127.0.0.1:1 does not answer\ncause: connection refused\nhint:  p2p_admin coordinator "
                         "--port 1     or     p2p_admin doctor --coord 127.0.0.1:1\n")

    def test_an_unknown_host_is_said(self):
        done = run(self.folders, "nodes", "--coord", "no-such-host.invalid:1")
        self.assertEqual((done.code, done.out), (5, ""))
        self.assertIn("no-such-host.invalid", done.err)

    def test_an_answer_that_is_cut_is_no_answer(self):
        done = self.ask(lambda *_: (200, b'{"nodes":[', {"Content-Length": "5000"}), "nodes")
        self.assertEqual(done.code, 3)
        self.assertIn("broke off its answer", done.err)
        lines = b'{"message":"a","logger":"b","level":"INFO"}\n'
        cut = {"Content-Type": "application/x-ndjson", "Content-Length": "5000"}
        done = self.ask(lambda *_: (200, lines, cut), "logs", "-f")
        self.assertEqual(done.code, 3)
        self.assertIn("| a\n", done.out)
        self.assertIn("broke off its answer", done.err)

    def test_a_list_comes_in_pages(self):
        def answer(_, path, __):
            second = "cursor=c1" in path
            rows = [{"method": f"a/m{i}", "service": "a"} for i in (range(2, 4) if second else range(2))]
            return 200, {"methods": rows, "total": 4, "next_cursor": None if second else "c1"}

        done = self.ask(answer, "methods", "-o", "json")
        self.assertEqual([row["method"] for row in done.json["methods"]], ["a/m0", "a/m1", "a/m2", "a/m3"])
        self.assertEqual((done.json["total"], done.json["next_cursor"]), (4, None))

    def test_a_list_that_never_ends_is_given_up(self):
        def answer(*_):
            return 200, {"methods": [], "total": 1, "next_cursor": "again"}

        done = self.ask(answer, "methods", "--timeout", "20s", seconds=60)
        self.assertIn(done.code, (0, 6))

    def test_a_hostile_text_cannot_drive_the_terminal(self):
        evil = "\x1b]0;owned\x07\x1b[2J"
        rows = [{"node_id": "a" + evil, "address": evil, "port": 1, "role": evil, "status": evil, "tags": {evil: evil}}]
        for words in (["nodes"], ["nodes", "-o", "wide"], ["nodes", "-o", "name"]):
            done = self.ask(lambda *_: (200, {"nodes": rows, "total": 1}), *words)
            self.assertNotIn("\x1b", done.out + done.err)
        done = self.ask(lambda *_: (500, problem("internal", 500, evil, hint=evil)), "nodes")
        self.assertNotIn("\x1b", done.err)
        done = self.ask(lambda *_: (200, {"node_id": evil, evil: [evil]}), "nodes", "x")
        self.assertNotIn("\x1b", done.out)

    def test_a_streamed_result_comes_as_it_is_made(self):
        lines = [{"item": 1}, {"progress": {"value": 0.5, "text": "half"}}, {"item": {"a": 2}},
                 {"result": None, "error": None, "id": 1}]
        text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)

        def answer(_, path, __):
            return (200, text, {"Content-Type": "application/x-ndjson"}) if path.startswith("/rpc/") else (200, {})

        done = self.ask(answer, "call", "counter.count", "-o", "ndjson", "-v")
        self.assertEqual((done.code, done.out), (0, '1\n{"a":2}\n'))
        self.assertIn("progress: half 0.5\n", done.err)
        done = self.ask(answer, "call", "counter.count", "-o", "ndjson")
        self.assertNotIn("progress", done.err, "in a pipe only who asks gets it")

    def test_a_token_is_asked_for_once_and_only_when_it_is_needed(self):
        with StubNode(lambda *_: (200, {"nodes": [], "status": "healthy"})) as stub:
            run(self.folders, "health", "--coord", stub.at)
            self.assertEqual([path for _, path, _ in stub.seen], ["/health"])
            run(self.folders, "nodes", "--coord", stub.at, "--token", "mine")
            self.assertEqual([path for _, path, _ in stub.seen][1:], ["/cluster/nodes"])
            run(self.folders, "nodes", "--coord", stub.at)
            self.assertEqual([path for _, path, _ in stub.seen][2:], ["/auth/token", "/cluster/nodes"])


if __name__ == "__main__":
    main()
