"""GET /logs: the last lines of a node as a list and as a stream; and the log itself (http-api.md, section 6; cli.md, 13)."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import threading
import unittest

import node as harness
from node import Node, NodeCase
from wire import LOOP, until

TALKER = """
#include <p2p/service.hpp>
using namespace p2p;
class Talker : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "talker";
  SERVICE_METHOD(say, (text, times = 1), public = true, role = "viewer");
  Task<std::int64_t> say(std::string text, std::int64_t times) {
    for (std::int64_t i = 0; i < times; ++i) logger.warning("says {}", text, "number"_a = i);
    co_await sleep(1_ms);
    logger.info("has said {}", text);
    co_return times;
  }
  SERVICE_METHOD(flood, (lines, text), public = true, role = "viewer");
  std::int64_t flood(std::int64_t lines, std::string text) {
    for (std::int64_t i = 0; i < lines; ++i) logger.info("{} {}", i, text);
    return lines;
  }
};
EXPORT_SERVICE(Talker)
"""


@contextlib.contextmanager
def stream(node, query, role="operator", accept="application/x-ndjson", timeout=20):
    connection = http.client.HTTPConnection(LOOP, node.port, timeout=timeout)
    with contextlib.closing(connection):
        connection.request(
            "GET", "/logs?" + query, headers={"Authorization": "Bearer " + node.token(role), "Accept": accept}
        )
        yield connection.getresponse()


def objects(response):
    """The objects of an ndjson stream as they come; blank lines are signs of life."""
    while line := response.readline():
        if line.strip():
            yield json.loads(line)


class Logs(NodeCase):
    services = {"talker": TALKER}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node.wait_call("talker/say", {"text": "ready"})

    def say(self, text, **params):
        answer = self.node.rpc("talker/say", {"text": text, **params})
        self.assertEqual(answer.status, 200, answer)
        return answer

    def logs(self, query="", role="operator", **more):
        return self.node.get("/logs" + ("?" + query if query else ""), role, **more)

    def messages(self, query):
        answer = self.logs(query)
        self.assertEqual(answer.status, 200, answer)
        return [line["message"] for line in answer.json["logs"]]

    def test_a_line_of_a_call_has_its_trace_its_span_and_its_fields(self):
        answer = self.say("with a trace")
        line = self.logs("q=says+with+a+trace").json["logs"][-1]
        self.assertEqual(line["logger"], "Service.talker")
        self.assertEqual(line["level"], "WARN")
        self.assertEqual(line["node"], self.node.id)
        self.assertEqual(line["trace_id"], answer.headers["x-trace-id"])
        self.assertRegex(line["span_id"], "^[0-9a-f]{16}$")
        self.assertEqual(line["number"], 0)
        after = self.logs("q=has+said+with+a+trace").json["logs"][-1]
        self.assertEqual((after["trace_id"], after["span_id"]), (line["trace_id"], line["span_id"]))

    def test_pages_go_back_in_time_and_hold_each_line_once(self):
        self.node.call("talker/flood", {"lines": 25, "text": "paged"})
        seen, cursor, pages = [], None, 0
        while True:
            query = "grep=+paged&limit=10" + (f"&cursor={cursor}" if cursor else "")
            answer = self.logs(query).json
            self.assertEqual(answer["total"], 25)
            seen = [line["message"] for line in answer["logs"]] + seen
            cursor, pages = answer["next_cursor"], pages + 1
            if cursor is None:
                break
        self.assertEqual(pages, 3)
        self.assertEqual(seen, [f"{i} paged" for i in range(25)])
        self.assertEqual(self.messages("grep=+paged&limit=2&sort=-timestamp"), ["24 paged", "23 paged"])

    def test_filters_choose(self):
        self.say("loud & clear")
        self.assertEqual(self.messages("q=LOUD+%26&level=warn"), ["says loud & clear"])
        self.assertEqual(self.messages("q=loud+%26&level=error"), [])
        self.assertEqual(len(self.messages("q=loud+%26&logger=Service.*&service=talker")), 2)
        self.assertEqual(self.messages("q=loud+%26&service=system"), [])
        self.assertEqual(self.messages("grep=LOUD"), [])
        self.assertEqual(len(self.messages("q=loud+%26&since=1h")), 2)
        self.assertEqual(self.messages("q=loud+%26&since=2099-01-01T00:00:00Z"), [])
        self.assertEqual(len(self.messages(f"q=loud+%26&node={self.node.id}&role=coordinator&status=alive")), 2)
        self.assertEqual(self.messages("q=loud+%26&node=other"), [])
        rows = self.logs("q=loud+%26&level=warn&fields=message,number").json["logs"]
        self.assertEqual(rows, [{"message": "says loud & clear", "number": 0}])

    def test_an_unchanged_answer_is_304(self):
        self.say("once and for all")
        query = "grep=once+and+for+all"
        first = self.logs(query)
        etag = first.headers["etag"]
        self.assertTrue(etag.startswith('W/"'))
        again = self.logs(query, headers={"If-None-Match": etag})
        self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", etag))
        self.say("once and for all, and again")
        self.assertEqual(self.logs(query, headers={"If-None-Match": etag}).status, 200)

    def test_following_begins_with_the_tail_and_goes_on(self):
        self.say("before")
        with stream(self.node, "follow=1&tail=1&grep=says") as response:
            self.assertEqual(response.headers["content-type"], "application/x-ndjson")
            self.assertEqual(response.headers["x-accel-buffering"], "no")
            lines = objects(response)
            self.assertEqual(next(lines)["message"], "says before")
            for text in ("one", "two"):
                answer = self.say(text)
                line = next(lines)
                self.assertEqual((line["message"], line["trace_id"]), ("says " + text, answer.headers["x-trace-id"]))

    def test_nothing_is_lost_or_doubled_between_tail_and_follow(self):
        flood = threading.Thread(target=self.node.call, args=("talker/flood", {"lines": 3000, "text": "seam"}))
        with stream(self.node, "follow=1&tail=10000&since=1h&grep=+seam") as response:
            flood.start()
            lines = objects(response)
            for wanted in range(3000):
                line = next(lines)
                self.assertEqual(line.get("message"), f"{wanted} seam", line)
            flood.join(20)

    def test_as_events(self):
        with stream(self.node, "follow=1&tail=0&grep=says", accept="text/event-stream") as response:
            self.assertEqual(response.headers["content-type"], "text/event-stream")
            self.say("an event")
            self.assertRegex(response.readline(), rb"^id: \d+\n$")
            self.assertEqual(response.readline(), b"event: log\n")
            data = response.readline()
            self.assertTrue(data.startswith(b"data: {"))
            self.assertEqual(json.loads(data[6:])["message"], "says an event")
            self.assertEqual(response.readline(), b"\n")

    def test_a_follower_that_leaves_frees_its_place(self):
        for _ in range(3):
            with stream(self.node, "follow=1&tail=1") as response:
                response.readline()
        until(lambda: self.node.metric("p2p_log_followers") == 0, "no follower")

    def test_head_of_a_stream_ends(self):
        answer = self.node.request("HEAD", "/logs?follow=1", token=self.node.token("operator"))
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_wrong_parameters_are_named(self):
        for query, word in {
            "limit=0": "limit",
            "limit=1001": "limit",
            "level=loud": "level",
            "since=yesterday": "since",
            "sort=level": "sort",
            "fields=mesage": "mesage",
            "cursor=abc": "cursor",
            "tail=5": "tail",
            "follow=1&limit=5": "limit",
            "follow=perhaps": "follow",
            "role=boss": "role",
            "status=alife": "status",
            "leven=info": "leven",
            "q=%zz": "query",
        }.items():
            with self.subTest(query):
                answer = self.logs(query)
                self.assertError(answer, 400, "invalid_request", -32600)
                self.assertIn(word, answer.json["detail"])
        self.assertIn("leave cursor out", self.logs("cursor=abc").json["hint"])
        self.assertIn("level", self.logs("leven=info").json["hint"])
        self.assertIn("message", self.logs("fields=mesage").json["hint"])

    def test_a_cursor_of_another_question_is_refused(self):
        cursor = self.logs("limit=1").json["next_cursor"]
        self.assertEqual(self.logs(f"limit=5&cursor={cursor}").status, 200)
        self.assertError(self.logs(f"level=info&cursor={cursor}"), 400, "invalid_request")

    def test_it_takes_an_operator(self):
        for query in ("", "?follow=1"):
            self.assertError(self.node.request("GET", "/logs" + query), 401, "unauthenticated")
            self.assertError(self.node.get("/logs" + query, "viewer"), 403, "forbidden")

    def test_followers_are_bounded(self):
        with contextlib.ExitStack() as held:
            for _ in range(256):
                response = held.enter_context(stream(self.node, "follow=1&tail=1"))
                self.assertEqual(response.status, 200)
            answer = self.logs("follow=1")
            self.assertError(answer, 503, "overloaded")
            self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        until(lambda: self.node.metric("p2p_log_followers") == 0, "no follower")


class LogOutput(unittest.TestCase):
    def start(self, *args, **more):
        node = Node(services={"talker": TALKER}, args=args, **more)
        self.addCleanup(node.close)
        return node

    def test_a_stream_ends_when_the_node_stops(self):
        node = self.start()
        with stream(node, "follow=1&tail=1") as response:
            response.readline()
            node.signal()
            last = list(objects(response))[-1]
        self.assertEqual(last, {"end": "node_stops"})
        self.assertEqual(node.wait(), 0)

    def test_json_lines_are_whole_objects(self):
        node = self.start("--log-format", "json")
        answer = node.wait_call("talker/say", {"text": 'a "quote"\n'})
        self.assertEqual(answer, 1)
        lines = [json.loads(line) for line in node.log().splitlines()]
        said = [line for line in lines if line["logger"] == "Service.talker" and line["level"] == "WARN"]
        self.assertEqual(said[-1]["message"], 'says a "quote"\n')
        self.assertEqual((said[-1]["node"], said[-1]["number"]), (node.id, 0))
        self.assertRegex(said[-1]["trace_id"], "^[0-9a-f]{32}$")
        self.assertEqual(list(lines[-1])[:4], ["timestamp", "level", "logger", "message"])

    def test_equal_warnings_are_folded(self):
        node = self.start()
        node.wait_call("talker/say", {"text": "once"})
        node.call("talker/say", {"text": "again", "times": 50})
        self.assertEqual(node.log().count("| says again"), 1)

    def test_sighup_opens_the_file_anew(self):
        folders = harness.Folders()
        self.addCleanup(folders.close)
        file, moved = folders.path / "node.log", folders.path / "node.log.1"
        node = self.start("--log-file", file, folders=folders)
        until(lambda: "stopped" in file.read_text() or "Main" in file.read_text(), "lines")
        file.rename(moved)
        node.signal(signal.SIGHUP)
        until(file.exists, "a new file")
        node.wait_call("talker/say", {"text": "into the new one"})
        self.assertIn("into the new one", file.read_text())
        self.assertNotIn("into the new one", moved.read_text())

    def test_sighup_goes_on_in_a_new_audit_log_when_the_old_one_was_moved(self):
        node = self.start()
        file = node.folders.state / "nodes" / str(node.port) / "audit.jsonl"
        moved = file.with_name("audit.jsonl.1")
        file.rename(moved)
        node.signal(signal.SIGHUP)
        until(lambda: file.exists() and file.read_text().endswith("\n"), "a new file with its first record")
        first, last = json.loads(file.read_text().splitlines()[0]), json.loads(moved.read_text().splitlines()[-1])
        self.assertEqual((first["action"], first["prev"]), ("audit.moved", last["hash"]))

    def test_a_service_is_named_before_its_code_is_loaded(self):
        node = self.start()
        node.wait_call("talker/say", {"text": "here"})
        lines = node.log().splitlines()
        [loading] = [i for i, line in enumerate(lines) if re.search(r"\| INFO +\| Hosting +\| loading talker$", line)]
        [ready] = [i for i, line in enumerate(lines) if re.search(r"talker: \d+ methods", line)]
        self.assertLess(loading, ready)

    def test_a_reader_that_stalls_does_not_stop_the_node(self):
        folders = harness.Folders()
        self.addCleanup(folders.close)
        folders.put("talker", TALKER)
        reading, writing = os.pipe()
        ready, told = os.pipe()
        self.addCleanup(os.close, reading)
        with subprocess.Popen(
            [str(harness.PROGRAM), "coordinator", "--port", "0", "--state-dir", folders.state, "--services-dir",
             folders.services, "--ready-fd", str(told)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writing, pass_fds=[told], cwd=folders.path,
            env=harness.environment(folders), preexec_fn=harness.die_with(os.getpid()),
        ) as process:  # fmt: skip
            self.addCleanup(process.kill)
            os.close(writing)
            os.close(told)
            port = json.loads(harness.read_line(ready, 60))["port"]
            os.close(ready)
            node = Node.__new__(Node)
            node.port, node.process, node.tokens, node.log = port, process, {}, lambda: ""
            node.wait_call("talker/flood", {"lines": 1, "text": "x"})
            node.call("talker/flood", {"lines": 8000, "text": "y" * 1000})
            self.assertEqual(node.request("GET", "/health", timeout=5).status, 200)
            self.assertGreater(node.metric("p2p_log_dropped_total"), 1000)
            newest = node.get("/logs?limit=1").json["logs"][0]["message"]
            self.assertTrue(newest)
            text = b""
            os.set_blocking(reading, False)

            def told_of_it():
                nonlocal text
                with contextlib.suppress(BlockingIOError):
                    while more := os.read(reading, 65536):
                        text += more
                return b" lines are missing here" in text

            until(told_of_it, "the number of lines that are missing")
            process.terminate()
            self.assertEqual(process.wait(30), 0)


if __name__ == "__main__":
    harness.main()
