"""How bytes become requests: framing, limits, keep-alive, pipelining, and clients that leave (security.md, section 10)."""

import json
import socket
import time

import node as harness
from node import SANITIZED, NodeCase
from probe import PROBE
from wire import until


class Framing(NodeCase):
    services = {"probe": PROBE}

    def head(self, *lines, verb="POST", path="/rpc/probe/echo", token=True, version="HTTP/1.1"):
        all_lines = [f"{verb} {path} {version}", f"Host: 127.0.0.1:{self.node.port}"]
        if token:
            all_lines.append("Authorization: Bearer " + self.node.token("viewer"))
        return ("\r\n".join([*all_lines, *lines]) + "\r\n\r\n").encode()

    def health(self, *lines):
        return self.head(*lines, verb="GET", path="/health", token=False)

    def assertRefused(self, data, status=400):
        """One answer with this status, then the connection is closed: nothing behind it is taken for a request."""
        with self.node.connect() as wire:
            wire.send(data)
            answer = wire.answer()
            self.assertIsNotNone(answer, data[:200])
            self.assertEqual(answer.status, status, (data[:200], answer))
            self.assertEqual(answer.headers.get("connection"), "close", answer)
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
            self.assertRegex(answer.headers["x-trace-id"], "^[0-9a-f]{32}$")
            self.assertTrue(answer.json["detail"])
            self.assertTrue(wire.closed())


class OneWayToReadIt(Framing):
    SMUGGLED = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"

    def test_both_lengths(self):
        self.assertRefused(
            self.head("Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + self.SMUGGLED
        )
        self.assertRefused(
            self.head("Transfer-Encoding: chunked", "Content-Length: 0") + b"0\r\n\r\n" + self.SMUGGLED
        )

    def test_two_lengths(self):
        self.assertRefused(self.head("Content-Length: 2", "Content-Length: 3") + b"{}" + self.SMUGGLED)
        self.assertRefused(self.head("Content-Length: 2", "Content-Length: 2") + b"{}" + self.SMUGGLED)
        self.assertRefused(self.head("Content-Length: 2, 2") + b"{}" + self.SMUGGLED)

    def test_lengths_that_are_no_plain_number(self):
        for length in ("+2", "-2", "0x2", "2 ", "2a", "", "1e1", "99999999999999999999", "٢"):
            if length == "2 ":
                continue  # white space behind a value is allowed
            self.assertRefused(self.head(f"Content-Length: {length}") + b"{}")

    def test_transfer_codings_that_are_not_chunked_alone(self):
        for coding in (
            "gzip",
            "identity",
            "chunked, gzip",
            "gzip, chunked",
            "chunked, chunked",
            "xchunked",
            "chunked;q=1",
            "",
        ):
            self.assertRefused(self.head(f"Transfer-Encoding: {coding}") + b"0\r\n\r\n" + self.SMUGGLED)

    def test_two_transfer_encodings(self):
        self.assertRefused(self.head("Transfer-Encoding: chunked", "Transfer-Encoding: identity") + b"0\r\n\r\n")

    def test_bad_chunk_sizes(self):
        for size in (b"-1", b"+2", b"0x2", b"g", b"", b" 2", b"2 ", b"fffffffffffffffff", b"2;" + b"x" * 10000):
            with self.subTest(size=size[:20]):
                self.assertRefused(self.head("Transfer-Encoding: chunked") + size + b"\r\n{}\r\n0\r\n\r\n")

    def test_chunks_without_their_line_ends(self):
        for body in (
            b"2\r\n{}0\r\n\r\n",
            b"2\n{}\r\n0\r\n\r\n",
            b"2\r\n{}\n0\r\n\r\n",
            b"2\r\n{}\r\n0\r\nbad trailer\r\n\r\n",
        ):
            with self.subTest(body=body):
                self.assertRefused(self.head("Transfer-Encoding: chunked") + body)

    def test_sound_chunks_are_one_body(self):
        body = b'{"params":{"value":"abc"}}'
        chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[i : i + 1]) for i in range(len(body))) + b"0\r\n\r\n"
        with self.node.connect() as wire:
            wire.send(self.head("Transfer-Encoding: chunked", "Content-Type: application/json") + chunks)
            self.assertEqual(wire.answer().json["result"], "abc")

    def test_bare_line_feeds(self):
        good = self.health()
        self.assertRefused(good.replace(b"\r\n", b"\n"))
        self.assertRefused(good.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n"))
        self.assertRefused(good.replace(b"\r\n\r\n", b"\r\n\n"))
        self.assertRefused(self.health("X-A: b\nX-C: d"))

    def test_a_bare_carriage_return(self):
        self.assertRefused(self.health("X-A: b\rX-C: d"))

    def test_a_folded_header(self):
        self.assertRefused(self.health("X-A: b", " more"))
        self.assertRefused(self.health("X-A: b", "\tmore"))

    def test_white_space_before_the_colon(self):
        for line in ("X-A : b", "Content-Length : 0", "Transfer-Encoding\t: chunked"):
            self.assertRefused(self.health(line))

    def test_names_and_values_that_are_none(self):
        for line in (": b", "X A: b", "X-A", "X-\x01: b", "X-A: b\x00c", "X(A): b"):
            self.assertRefused(self.health(line))

    def test_two_hosts_or_none(self):
        at = f"127.0.0.1:{self.node.port}"
        self.assertRefused(f"GET /health HTTP/1.1\r\nHost: {at}\r\nHost: {at}\r\n\r\n".encode())
        self.assertRefused(b"GET /health HTTP/1.1\r\n\r\n")

    def test_an_absolute_target_must_be_this_node(self):
        at = f"127.0.0.1:{self.node.port}"
        for target, host in (
            ("http://evil.example/health", at),
            (f"http://evil.example:{self.node.port}/health", "evil.example"),
        ):
            with self.node.connect() as wire:
                wire.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                self.assertIn(wire.answer().status, (400, 421), target)
        with self.node.connect() as wire:
            wire.send(f"GET http://{at}/health HTTP/1.1\r\nHost: {at}\r\n\r\n".encode())
            self.assertIn(wire.answer().status, (200, 400))

    def test_request_lines_that_are_none(self):
        host = f"Host: 127.0.0.1:{self.node.port}\r\n\r\n".encode()
        for line in (
            b"GET  /health HTTP/1.1",
            b"GET /health  HTTP/1.1",
            b"GET /health",
            b"GET /health HTTP/1.1 x",
            b"GET /a b HTTP/1.1",
            b"GET /health HTTP/1.10",
            b"GET /health HTTP/2.0",
            b"GET /health http/1.1",
            b"GET health HTTP/1.1",
            b"G(T /health HTTP/1.1",
            b"GET /he\x01lth HTTP/1.1",
            b"GET /h\xc3\xa4 HTTP/1.1",
            b"CONNECT 127.0.0.1:1 HTTP/1.1",
            b"GET /health#x HTTP/1.1",
        ):
            with self.subTest(line=line), self.node.connect() as wire:
                wire.send(line + b"\r\n" + host)
                answer = wire.answer()
                self.assertTrue(answer is None or 400 <= answer.status <= 505, answer)
                self.assertNotIn(getattr(answer, "status", 400), (401, 500), answer)

    def test_trace_and_connect_are_not_done(self):
        for verb in ("TRACE", "CONNECT"):
            with self.node.connect() as wire:
                wire.send(self.head(verb=verb, path="/health", token=False))
                self.assertIn(wire.answer().status, (400, 405))

    def test_random_bytes_are_closed_after_at_most_one_answer(self):
        before = self.node.metric("p2p_http_rejected_total")
        for data in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"\x00" * 100,
            b"\xff" * 100,
            b"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            b"\n",
            b"*1\r\n$4\r\nPING\r\n",
            b"get / HTTP/1.1\r\n\r\n",
            b"12345",
        ):
            self.assertLessEqual(self.node.raw(data).count(b"HTTP/1.1"), 1, data)
        self.assertGreater(self.node.metric("p2p_http_rejected_total"), before)
        self.assertEqual(self.node.request("GET", "/health").status, 200)


class Limits(Framing):
    def test_a_long_request_line(self):
        self.assertRefused(self.head(verb="GET", path="/" + "x" * 8200, token=False), 414)
        self.assertRefused(b"GET /" + b"x" * 20000, 414)

    def test_a_long_header_all_headers_and_their_number(self):
        self.assertRefused(self.health("X-A: " + "x" * 8300), 431)
        self.assertRefused(self.health(*[f"X-{i}: {'x' * 1000}" for i in range(20)]), 431)
        self.assertRefused(self.health(*[f"X-{i}: x" for i in range(101)]), 431)
        self.assertRefused(b"GET / HTTP/1.1\r\nX-A: " + b"x" * 40000, 431)

    def test_headers_just_within_the_limits(self):
        with self.node.connect() as wire:
            wire.send(self.health("X-A: " + "x" * 8000) + self.health(*[f"X-{i}: x" for i in range(90)]))
            self.assertEqual([wire.answer().status, wire.answer().status], [200, 200])

    def test_a_body_announced_too_large_is_refused_before_it_is_read(self):
        with self.node.connect() as wire:
            wire.send(self.head("Content-Type: application/json", f"Content-Length: {1 << 30}"))
            answer = wire.answer()
            self.assertEqual((answer.status, answer.code), (413, "too_large"))
            self.assertTrue(wire.closed())

    def test_endless_chunks_are_cut_off_without_filling_the_memory(self):
        before = self.node.status_kb("VmRSS")
        sent = 0
        with self.node.connect() as wire:
            wire.send(self.head("Content-Type: application/json", "Transfer-Encoding: chunked"))
            chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
            try:
                while sent < 64 << 20:
                    wire.send(chunk)
                    sent += 0x10000
            except OSError:
                pass
            self.assertLess(sent, 64 << 20, "nobody stopped it")
        if not SANITIZED:
            self.assertLess(self.node.status_kb("VmRSS"), before + 16 * 1024)

    def test_a_huge_target_of_json_is_refused_not_walked(self):
        deep = b'{"params":{"value":' + b"[" * 65 + b"]" * 65 + b"}}"
        many = json.dumps({"params": {"value": [0] * 100_001}}).encode()
        number = b'{"params":{"value":' + b"1" * 65 + b"}}"
        for body in (deep, many, number):
            answer = self.node.post("/rpc/probe/echo", body, "viewer", headers={"Content-Type": "application/json"})
            self.assertError(answer, 400, "parse_error", -32700)

    def test_slow_headers_get_408_after_10_s(self):
        with self.node.connect(30) as wire:
            wire.send(b"GET /health HTTP/1.1\r\nHost: 127.")
            began = time.monotonic()
            answer = wire.answer()
            self.assertEqual((answer.status, answer.code), (408, "request_timeout"))
            self.assertGreater(time.monotonic() - began, 8)
            self.assertTrue(wire.closed())


class KeepAlive(Framing):
    def test_a_connection_serves_request_after_request(self):
        with self.node.connect() as wire:
            for _ in range(20):
                wire.send(self.health())
                self.assertEqual(wire.answer().status, 200)
            wire.send(self.head("Content-Length: 1", "Content-Type: application/json") + b"{")
            self.assertEqual(wire.answer().status, 400, "a body that is no JSON")
            wire.send(self.health())
            self.assertEqual(wire.answer().status, 200, "ends no connection")

    def test_200_requests_at_once_are_answered_in_their_order(self):
        body = lambda i: json.dumps({"params": {"value": i}, "id": i}).encode()
        requests = b"".join(
            self.head("Content-Type: application/json", f"Content-Length: {len(body(i))}") + body(i)
            for i in range(200)
        )
        with self.node.connect() as wire:
            wire.send(requests)
            for i in range(200):
                self.assertEqual(wire.answer().json, {"result": i, "error": None, "id": i})

    def test_a_slow_answer_does_not_overtake_but_is_waited_for(self):
        nap = b'{"params":{"ms":100},"id":"slow"}'
        with self.node.connect() as wire:
            wire.send(
                self.head("Content-Type: application/json", f"Content-Length: {len(nap)}", path="/rpc/probe/nap")
                + nap
                + self.health()
            )
            self.assertEqual(wire.answer().json["id"], "slow")
            self.assertEqual(wire.answer().json["status"], "healthy")

    def test_requests_may_come_byte_by_byte(self):
        data = self.head("Content-Type: application/json", "Content-Length: 24") + b'{"params":{"value":"b"}}'
        with self.node.connect() as wire:
            for i in range(len(data)):
                wire.send(data[i : i + 1])
            self.assertEqual(wire.answer().json["result"], "b")

    def test_connection_close_is_kept(self):
        with self.node.connect() as wire:
            wire.send(self.health("Connection: close"))
            self.assertEqual(wire.answer().headers["connection"], "close")
            self.assertTrue(wire.closed())

    def test_http_1_0_is_answered_and_closed(self):
        with self.node.connect() as wire:
            wire.send(self.head(verb="GET", path="/health", token=False, version="HTTP/1.0"))
            self.assertEqual(wire.answer().status, 200)
            self.assertTrue(wire.closed())

    def test_head_is_get_without_the_body(self):
        with self.node.connect() as wire:
            wire.send(self.head(verb="HEAD", path="/health", token=False) + self.health())
            head, get = wire.answer(head=True), wire.answer()
            self.assertEqual((head.status, get.status), (200, 200))
            self.assertGreater(int(head.headers["content-length"]), 100)
            self.assertEqual(get.json["status"], "healthy")

    def test_expect_100_continue_is_answered_before_the_body(self):
        with self.node.connect() as wire:
            wire.send(self.head("Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue"))
            self.assertEqual(wire.answer().status, 100)
            wire.send(b"{}")
            self.assertEqual(wire.answer().status, 200)

    def test_expect_100_continue_of_too_much_is_refused_before_the_body(self):
        with self.node.connect() as wire:
            wire.send(
                self.head("Content-Type: application/json", f"Content-Length: {1 << 30}", "Expect: 100-continue")
            )
            self.assertEqual(wire.answer().status, 413)

    def test_an_escaped_path_is_no_other_way_to_a_route(self):
        for path in ("/%64ebug/registry", "/debug%2fregistry", "/./debug/registry", "/debug/../health"):
            self.assertIn(self.node.request("GET", path).status, (400, 404), path)


class ClientsThatLeave(Framing):
    def napping(self):
        return self.node.metric("p2p_service_value", service="probe", name="napping")

    def cancelled(self):
        return self.node.metric("p2p_service_events_total", service="probe", name="ended_early_cancelled")

    def start_naps(self, wire, number):
        body = b'{"params":{"ms":25000}}'
        wire.send(
            number
            * (
                self.head("Content-Type: application/json", f"Content-Length: {len(body)}", path="/rpc/probe/nap")
                + body
            )
        )
        until(lambda: self.napping() == number, "the calls run")

    def assertCancels(self, leave, number=1):
        before = self.cancelled()
        wire = self.node.connect()
        self.start_naps(wire, number)
        leave(wire)
        until(lambda: self.napping() == 0, "the method saw that its caller left", 10)
        self.assertEqual(self.cancelled(), before + number)
        wire.close()

    def test_closing_the_connection_cancels_the_call(self):
        self.assertCancels(lambda wire: wire.close())

    def test_the_end_of_sending_counts_as_closing(self):
        self.assertCancels(lambda wire: wire.socket.shutdown(socket.SHUT_WR))

    def test_in_a_pipeline_all_calls_are_cancelled(self):
        self.assertCancels(lambda wire: wire.close(), 5)

    def test_calls_of_a_batch_are_cancelled_too(self):
        before = self.cancelled()
        body = json.dumps(
            [{"jsonrpc": "2.0", "method": "probe/nap", "params": [25000], "id": i} for i in range(4)]
        ).encode()
        wire = self.node.connect()
        wire.send(self.head("Content-Type: application/json", f"Content-Length: {len(body)}", path="/rpc") + body)
        until(lambda: self.napping() == 4, "the calls run")
        wire.close()
        until(lambda: self.napping() == 0, "the methods saw it", 10)
        self.assertEqual(self.cancelled(), before + 4)

    def test_it_is_counted_and_logged_as_cancelled(self):
        before = self.node.metric("p2p_rpc_requests_total", service="probe", method="nap", outcome="cancelled")
        self.assertCancels(lambda wire: wire.close())
        until(
            lambda: self.node.metric("p2p_rpc_requests_total", service="probe", method="nap", outcome="cancelled")
            == before + 1,
            "the counter",
        )
        self.node.wait_log("POST /rpc/probe/nap 499")


if __name__ == "__main__":
    harness.main()
