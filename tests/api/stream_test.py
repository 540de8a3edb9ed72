"""Methods that yield, and progress, over HTTP: as lines, as events, whole, slowly read and abandoned (http-api.md, section 3)."""

import http.client
import json
import socket
import unittest

import node as harness
from node import Node, NodeCase
from wire import LOOP, until

FLOW = r"""
#include <stdexcept>

#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "flow";
  struct Line { std::int64_t number = 0; std::string text; };

  SERVICE_METHOD(count, (to), stream = true, public = true, role = "viewer", description = "One line for each number");
  Stream<Line> count(std::int64_t to) {
    for (std::int64_t i = 1; i <= to; ++i) co_yield Line{i, "n" + std::to_string(i)};
  }

  SERVICE_METHOD(first_then_wait, (ms = 600000), stream = true, public = true, role = "viewer", timeout = 600);
  Stream<int> first_then_wait(std::int64_t ms) {
    const Watch watch{*this};
    co_yield 1;
    co_await sleep(Duration{ms * 1'000'000});
    co_yield 2;
  }

  SERVICE_METHOD(breaks, (after), stream = true, public = true, role = "viewer");
  Stream<int> breaks(int after) {
    for (int i = 0; i < after; ++i) co_yield i;
    throw std::runtime_error("the pipe broke");
  }

  SERVICE_METHOD(large, (to = 1000000, kib = 64), stream = true, public = true, role = "viewer", timeout = 600);
  Stream<std::string> large(std::int64_t to, std::size_t kib) {
    const Watch watch{*this};
    for (std::int64_t i = 0; i < to; ++i) {
      gauge("made").set(i + 1);
      co_yield std::string(kib << 10, 'x');
    }
  }

  SERVICE_METHOD(endless, (), stream = true, public = true, role = "viewer", timeout = 600);
  Stream<int> endless() {
    const Watch watch{*this};
    for (int i = 0;; ++i) co_yield i;
  }

  SERVICE_METHOD(copy, (steps = 3, ms = 20), public = true, role = "viewer");
  Task<std::string> copy(int steps, std::int64_t ms) {
    const Watch watch{*this};
    for (int i = 1; i <= steps; ++i) {
      co_await progress(static_cast<double>(i) / 4, "step " + std::to_string(i));
      co_await sleep(Duration{ms * 1'000'000});
    }
    co_return "copied";
  }

  SERVICE_METHOD(hurry, (), public = true, role = "viewer");
  Task<int> hurry() {
    for (int i = 0; i < 100000; ++i) co_await progress(i / 1e5, std::string(1000, '"'));
    co_await progress(2, "\xff all \"of\" it");
    co_return 7;
  }

  SERVICE_METHOD(both, (), stream = true, public = true, role = "viewer");
  Stream<int> both() {
    co_await progress(0.5, "half");
    co_await sleep(20_ms);
    co_yield 1;
  }

  SERVICE_METHOD(guarded, (), stream = true, public = true, role = "admin");
  Stream<int> guarded() { co_yield 1; }

  SERVICE_METHOD(plain, (), public = true, role = "viewer");
  int plain() { return 5; }

 private:
  struct Watch {
    Run& run;
    explicit Watch(Run& its) : run(its) { run.gauge("running").set(++run.running_); }
    ~Watch() {
      run.gauge("running").set(--run.running_);
      run.counter("left").add();
    }
  };
  int running_ = 0;
};
EXPORT_SERVICE(Run)
"""

READER = r"""
#include <p2p/service.hpp>
using namespace p2p;

struct Line { std::int64_t number = 0; std::string text; };
struct Flow : Contract {
  static constexpr std::string_view SERVICE_NAME = "flow";
  Method<"count(to)", Stream<Line>(std::int64_t)> count{this};
};

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "reader";
  Run() { info.dependencies = {"flow"}; }

  SERVICE_METHOD(sum, (to), public = true, role = "viewer");
  Task<Value> sum(std::int64_t to) {
    std::int64_t by_name = 0, typed = 0;
    auto values = proxy["flow"]["count"].stream("to"_a = to);
    while (auto line = co_await values.next()) by_name += (*line)["number"].as_int();
    auto lines = flow_.count(to);
    while (auto line = co_await lines.next()) typed += line->number;
    const Value whole = co_await proxy["flow"]["count"]("to"_a = to);
    co_return Value{{"by_name", by_name}, {"typed", typed}, {"whole", whole.size()}};
  }

  SERVICE_METHOD(relay, (to), stream = true, public = true, role = "viewer");
  Stream<std::string> relay(std::int64_t to) {
    auto lines = flow_.count(to);
    while (auto line = co_await lines.next()) co_yield line->text;
  }

 private:
  Flow flow_ = proxy.contract<Flow>();
};
EXPORT_SERVICE(Run)
"""

LINES, EVENTS = "application/x-ndjson", "text/event-stream"


class Reading:
    """One answer, read as slowly as wanted."""

    def __init__(self, node, method, params=None, accept=LINES, buffer=None, **members):
        self.connection = http.client.HTTPConnection(LOOP, node.port, timeout=30)
        if buffer is not None:  # before it connects, or the kernel has decided already
            self.connection.sock = socket.socket()
            self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            self.connection.sock.settimeout(30)
            self.connection.sock.connect((LOOP, node.port))
        body = {"params": params or {}, "id": "req1", **members}
        headers = {"Authorization": "Bearer " + node.token("viewer"), "Content-Type": "application/json", "Accept": accept}
        self.connection.request("POST", "/rpc/" + method, json.dumps(body), headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()
        self.response.close()

    def line(self):
        """The next document."""
        return json.loads(self.response.readline())

    def lines(self):
        return [json.loads(line) for line in self.response.read().decode().splitlines()]

    def events(self):
        """[(name, document)]"""
        blocks = self.response.read().decode().removesuffix("\n\n").split("\n\n")
        found = []
        for block in blocks:
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
        return found


class StreamCase(NodeCase):
    services = {"flow": FLOW, "reader": READER}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node.wait_call("reader/sum", {"to": 1})

    def running_now(self):
        return self.node.metric("p2p_service_value", service="flow", name="running")

    def left(self):
        return self.node.metric("p2p_service_events_total", service="flow", name="left")


class Pieces(StreamCase):
    def test_one_line_an_item_and_the_envelope_last(self):
        with Reading(self.node, "flow/count", {"to": 3}) as reading:
            self.assertEqual((reading.status, reading.response.headers["Content-Type"]), (200, LINES))
            self.assertEqual(reading.response.headers["X-P2P-Path"], "local")
            self.assertEqual(len(reading.response.headers["X-Trace-Id"]), 32)
            lines = reading.lines()
        self.assertEqual(lines[:-1], [{"item": {"number": i, "text": f"n{i}"}} for i in (1, 2, 3)])
        self.assertEqual(lines[-1], {"result": None, "error": None, "id": "req1"})

    def test_as_events_the_same_documents(self):
        with Reading(self.node, "flow/count", {"to": 2}, accept=EVENTS) as reading:
            self.assertEqual((reading.status, reading.response.headers["Content-Type"]), (200, EVENTS))
            events = reading.events()
        self.assertEqual([name for name, _ in events], ["item", "item", "result"])
        self.assertEqual(events[1][1], {"item": {"number": 2, "text": "n2"}})
        self.assertEqual(events[2][1], {"result": None, "error": None, "id": "req1"})

    def test_an_item_goes_out_while_the_method_waits(self):
        with Reading(self.node, "flow/first_then_wait") as reading:
            self.assertEqual(reading.line(), {"item": 1})
            self.assertGreaterEqual(self.running_now(), 1)

    def test_many_items_arrive_all_and_in_order(self):
        with Reading(self.node, "flow/count", {"to": 20000}) as reading:
            lines = reading.lines()
        self.assertEqual([line["item"]["number"] for line in lines[:-1]], list(range(1, 20001)))

    def test_a_stream_without_items_is_its_envelope(self):
        with Reading(self.node, "flow/count", {"to": 0}) as reading:
            self.assertEqual(reading.lines(), [{"result": None, "error": None, "id": "req1"}])

    def test_the_shape_of_2_0_and_meta_hold_for_the_last_line(self):
        with Reading(self.node, "flow/count?meta=1", {"to": 1}, jsonrpc="2.0") as reading:
            last = reading.lines()[-1]
        self.assertEqual((last["jsonrpc"], last["result"], last["id"]), ("2.0", None, "req1"))
        self.assertNotIn("error", last)
        self.assertEqual(last["meta"]["node_id"], self.node.id)

    def test_a_notification_is_answered_with_nothing_and_its_items_are_dropped(self):
        for headers in ({}, {"Accept": LINES}):
            answer = self.node.post(
                "/rpc/flow/large", {"jsonrpc": "2.0", "params": {"to": 300}}, "viewer", headers=headers
            )
            self.assertEqual((answer.status, answer.body), (204, b""))

    def test_http_1_0_gets_the_lines_until_the_connection_closes(self):
        body = b'{"params":{"to":2}}'
        head = (
            f"POST /rpc/flow/count HTTP/1.0\r\nHost: 127.0.0.1:{self.node.port}\r\nAuthorization: Bearer {self.node.token('viewer')}\r\n"
            f"Accept: {LINES}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        text = self.node.raw(head.encode() + body)
        self.assertEqual(len(text.partition(b"\r\n\r\n")[2].splitlines()), 3, text)

    def test_a_connection_serves_on_after_a_stream(self):
        connection = http.client.HTTPConnection(LOOP, self.node.port, timeout=30)
        for _ in range(3):
            headers = {"Authorization": "Bearer " + self.node.token("viewer"), "Accept": LINES}
            connection.request("POST", "/rpc/flow/count", '{"params":{"to":5}}', headers)
            self.assertEqual(len(connection.getresponse().read().splitlines()), 6)
        connection.close()

    def test_several_streams_run_beside_each_other(self):
        readings = [Reading(self.node, "flow/first_then_wait", {"ms": 50}) for _ in range(10)]
        for reading in readings:
            self.assertEqual(reading.lines(), [{"item": 1}, {"item": 2}, {"result": None, "error": None, "id": "req1"}])
            reading.close()


class Whole(StreamCase):
    def test_without_accept_the_items_are_an_array(self):
        self.assertEqual([line["number"] for line in self.node.call("flow/count", {"to": 3})], [1, 2, 3])
        self.assertEqual(self.node.call("flow/count", {"to": 0}), [])

    def test_local_call_and_strict_json_rpc_give_an_array(self):
        answer = self.node.post("/local/call/flow/breaks", {"after": 0})
        self.assertError(answer, 500, "method_failed")
        answer = self.node.post("/local/call/flow/count", {"to": 1})
        self.assertEqual(answer.json["result"], [{"number": 1, "text": "n1"}])
        batch = [{"jsonrpc": "2.0", "method": "flow/count", "params": {"to": n}, "id": n} for n in (1, 2)]
        answers = self.node.post("/rpc", batch, headers={"Accept": LINES}).json
        self.assertEqual([len(each["result"]) for each in answers], [1, 2])

    def test_an_array_over_16_mib_is_too_large(self):
        answer = self.node.rpc("flow/large", {"kib": 1024})
        self.assertError(answer, 413, "too_large")
        self.assertIn(LINES, answer.json["error"]["message"])
        until(lambda: self.running_now() == 0, "the method is cancelled")

    def test_one_item_over_16_mib_ends_the_stream(self):
        with Reading(self.node, "flow/large", {"kib": 17 << 10, "to": 3}) as reading:
            lines = reading.lines()
        self.assertEqual(lines[-1]["error"]["data"]["code"], "too_large")

    def test_services_read_streams_by_name_and_by_type(self):
        self.assertEqual(self.node.call("reader/sum", {"to": 200}), {"by_name": 20100, "typed": 20100, "whole": 200})
        with Reading(self.node, "reader/relay", {"to": 200}) as reading:
            self.assertEqual([line["item"] for line in reading.lines()[:-1]], [f"n{i}" for i in range(1, 201)])

    def test_the_catalogue_tells_of_it(self):
        method = self.node.get("/methods/flow/count").json
        self.assertTrue(method["stream"])
        self.assertEqual(method["result_schema"]["items"]["properties"]["number"], {"type": "integer"})
        self.assertFalse(self.node.get("/methods/flow/plain").json["stream"])


class Failures(StreamCase):
    def test_before_the_first_item_an_error_is_answered_as_any_other(self):
        for path, params, status, code in (
            ("flow/breaks", {"after": 0}, 500, "method_failed"),
            ("flow/count", {"to": "x"}, 422, "invalid_params"),
            ("flow/nope", {}, 404, "method_not_found"),
            ("flow/guarded", {}, 403, "forbidden"),
        ):
            for accept in (LINES, EVENTS):
                answer = self.node.rpc(path, params, role="viewer", headers={"Accept": accept})
                self.assertError(answer, status, code)

    def test_behind_an_item_it_is_the_last_line(self):
        with Reading(self.node, "flow/breaks", {"after": 2}) as reading:
            lines = reading.lines()
        self.assertEqual((reading.status, lines[:2]), (200, [{"item": 0}, {"item": 1}]))
        self.assertIsNone(lines[2]["result"])
        self.assertEqual((lines[2]["error"]["code"], lines[2]["error"]["message"]), (-32000, "the pipe broke"))
        self.assertEqual(lines[2]["error"]["data"]["code"], "method_failed")
        self.assertEqual(lines[2]["id"], "req1")

    def test_a_deadline_that_passes_in_the_middle_is_the_last_line(self):
        with Reading(self.node, "flow/first_then_wait", timeout_ms=200) as reading:
            lines = reading.lines()
        self.assertEqual([lines[0], lines[1]["error"]["data"]["code"]], [{"item": 1}, "timeout"])
        until(lambda: self.running_now() == 0, "the method has ended")

    def test_a_client_that_leaves_ends_the_method(self):
        for method, params in (("first_then_wait", {}), ("endless", {}), ("large", {})):
            before = self.left()
            with Reading(self.node, "flow/" + method, params) as reading:
                reading.line()
                self.assertEqual(self.left(), before, method)
            until(lambda: self.left() > before, method + " ends", 10)
        until(lambda: self.running_now() == 0, "nothing runs on")


class SlowReaders(StreamCase):
    def test_a_client_that_does_not_read_holds_the_method_back(self):
        made = lambda: self.node.metric("p2p_service_value", service="flow", name="made")
        before = self.node.status_kb("VmRSS")
        readings = [Reading(self.node, "flow/large", {"to": 2000}, buffer=16 << 10) for _ in range(4)]
        last = []

        def still():  # nothing was made for a while
            last.append(made())
            return len(last) > 10 and len(set(last[-10:])) == 1

        until(still, lambda: f"the method waits: {last}")
        # 64 items of 64 KiB wait in each method, some hundred KiB in the node's buffer and the kernel's two
        self.assertIn(made(), range(64, 64 + 128))
        self.assertLess(self.node.status_kb("VmRSS") - before, 64 << 10)
        self.assertEqual(self.node.request("GET", "/livez").status, 200)
        for reading in readings:
            lines = reading.lines()
            self.assertEqual((len(lines), len(lines[1999]["item"])), (2001, 64 << 10))
            reading.close()
        until(lambda: self.running_now() == 0, "all have ended")

    def test_a_service_that_never_waits_leaves_room_for_others(self):
        with Reading(self.node, "flow/endless") as reading:
            for _ in range(20):
                self.assertEqual(self.node.call("flow/plain"), 5)
            reading.line()


class Progress(StreamCase):
    def test_it_comes_before_the_result(self):
        for accept in (LINES, EVENTS):
            with Reading(self.node, "flow/copy", accept=accept) as reading:
                self.assertEqual((reading.status, reading.response.headers["Content-Type"]), (200, accept))
                pieces = reading.lines() if accept == LINES else reading.events()
            if accept == EVENTS:
                self.assertEqual([name for name, _ in pieces], ["progress"] * 3 + ["result"])
                pieces = [document for _, document in pieces]
            self.assertEqual(pieces[0], {"progress": {"value": 0.25, "text": "step 1"}})
            self.assertEqual([each["progress"]["value"] for each in pieces[:-1]], [0.25, 0.5, 0.75])
            self.assertEqual(pieces[-1], {"result": "copied", "error": None, "id": "req1"})

    def test_it_goes_out_while_the_method_works(self):
        with Reading(self.node, "flow/copy", {"ms": 600000}) as reading:
            self.assertEqual(reading.line(), {"progress": {"value": 0.25, "text": "step 1"}})

    def test_the_latest_word_counts_and_is_made_decent(self):
        with Reading(self.node, "flow/hurry") as reading:
            self.assertEqual(
                reading.lines(),
                [
                    {"progress": {"value": 1.0, "text": '\ufffd all "of" it'}},
                    {"result": 7, "error": None, "id": "req1"},
                ],
            )

    def test_who_does_not_ask_gets_none(self):
        self.assertEqual(self.node.call("flow/copy"), "copied")
        self.assertEqual(self.node.call("flow/hurry"), 7)

    def test_it_stands_between_items(self):
        with Reading(self.node, "flow/both") as reading:
            lines = reading.lines()
        self.assertEqual(lines[:2], [{"progress": {"value": 0.5, "text": "half"}}, {"item": 1}])

    def test_a_method_without_any_is_one_line(self):
        with Reading(self.node, "flow/plain") as reading:
            self.assertEqual(reading.response.headers["Content-Type"], LINES)
            self.assertEqual(reading.lines(), [{"result": 5, "error": None, "id": "req1"}])

    def test_weights_in_accept_decide(self):
        answer = self.node.rpc("flow/plain", headers={"Accept": LINES + ";q=0.1, application/json"})
        self.assertEqual((answer.headers["content-type"], answer.json["result"]), ("application/json", 5))


class NodeThatStops(unittest.TestCase):
    def test_a_stream_ends_with_an_error_that_says_so(self):
        own = Node(services={"flow": FLOW})
        self.addCleanup(own.close)
        own.wait_call("flow/plain")
        with Reading(own, "flow/first_then_wait") as reading:
            reading.line()
            own.signal()
            last = reading.line()
        self.assertEqual(last["error"]["data"]["code"], "draining", last)
        self.assertEqual(own.wait(), 0)


if __name__ == "__main__":
    harness.main()
