"""Acting: call, bench, service, token."""

import re
import time

from session import CliCase, main

ECHO = """
#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "echo";
  SERVICE_METHOD(say, (text, count = 1, on = false, tags = [], note = null),
                 description = "Says it again", public = true, role = "viewer");
  Task<Value> say(std::string text, int count, bool on, Value tags, Value note) {
    co_return Value{{"text", text}, {"count", count}, {"on", on}, {"tags", tags}, {"note", note}};
  }
  SERVICE_METHOD(fail_always, (), description = "Fails", public = true, role = "viewer");
  Task<Value> fail_always() { throw Error(Errc::method_failed, "the disk is full\\nreally"); co_return Value(); }
  SERVICE_METHOD(names, (), description = "Names", public = true, role = "viewer");
  Task<Value> names() { co_return Value::array({"a", "b", Value{{"c", 1}}}); }
  SERVICE_METHOD(counted, (), description = "Counts", public = true, role = "viewer", idempotent = true);
  int counted() { return ++calls_; }
  SERVICE_METHOD(calls, (), description = "How often counted ran", public = true, role = "viewer");
  int calls() { return calls_; }
  SERVICE_METHOD(half, (), description = "Breaks off", public = true, role = "viewer", stream = true);
  Stream<std::string> half() {
    co_yield "one";
    co_yield "two";
    throw Error(Errc::method_failed, "no third one");
  }
  int calls_ = 0;
  SERVICE_METHOD(slow, (), description = "Takes its time", public = true, role = "viewer", timeout = 20);
  Task<Value> slow() { co_await sleep(15_s); co_return Value(); }
};
EXPORT_SERVICE(Run)
"""


class Calling(CliCase):
    services = {"echo": ECHO}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs("echo")

    def test_the_result_is_on_stdout_and_the_rest_on_stderr(self):
        done = self.works("call", "system.ping")
        self.assertTrue(done.json["pong"])
        self.assertRegex(done.err, rf"^{self.node.id}, local, [0-9.]+ ms\n$")
        self.assertEqual(self.works("call", "system/ping", "-q").err, "")

    def test_parameters_are_read_by_the_schema(self):
        done = self.works("call", "echo.say", "text=007", "count=3", "on=true", 'tags=["x",1]')
        self.assertEqual(done.json, {"text": "007", "count": 3, "on": True, "tags": ["x", 1], "note": None})
        self.assertEqual(self.works("call", "echo.say", "text=--count").json["text"], "--count")
        self.assertEqual(self.works("call", "echo.say", 'text:="quoted"', 'note:={"a":[null]}').json["note"], {"a": [None]})

    def test_parameters_may_come_from_files_and_stdin(self):
        file = self.node.folders.path / "text.txt"
        file.write_text("line one\nline two\n")
        self.assertEqual(self.works("call", "echo.say", f"text=@{file}").json["text"], "line one\nline two\n")
        document = self.node.folders.path / "p.json"
        document.write_text('{"text": "from a file", "count": 2}')
        self.assertEqual(self.works("call", "echo.say", "-d", f"@{document}").json["count"], 2)
        self.assertEqual(self.works("call", "echo.say", "-d", "-", stdin='["by order", 5]').json["count"], 5)
        self.block(self.cli("call", "echo.say", "-d", "{}", "text=x"), 2, "-d and key=value do not go together")
        self.block(self.cli("call", "echo.say", "text=@gone"), 2, "gone: cannot be read: No such file or directory")

    def test_wrong_parameters_are_all_named_and_exit_2(self):
        done = self.cli("call", "echo.say", "count=many", "colour=red")
        self.assertEqual((done.code, done.out), (2, ""))
        for word in ("text", "count", "colour"):
            self.assertIn(word, done.err)
        self.block(self.cli("call", "echo.say", "--count=3"), 2, "unknown option --count", "write count=3")
        self.block(self.cli("call", "echo.say", "loose"), 2, "'loose' is no parameter",
                   "write NAME=VALUE, NAME:=JSON or NAME=@FILE")

    def test_a_failing_method_is_exit_1_with_its_own_words(self):
        done = self.cli("call", "echo.fail_always")
        self.assertEqual((done.code, done.out), (1, ""))
        self.assertTrue(done.err.startswith("error: the disk is full\n       really\n"), done.err)
        traced = self.cli("call", "echo.fail_always", "--trace")
        trace = re.search(r"cause: trace ([0-9a-f]{32})", traced.err)
        self.assertIn(trace[1], self.node.log())

    def test_what_is_not_there_gets_the_nearest_name(self):
        self.block(self.cli("call", "system.get_sytem_metrics"), 5, "no method system.get_sytem_metrics",
                   "did you mean system.get_system_metrics?   (p2p_admin methods system)")
        self.block(self.cli("call", "ecko.say", "text=x"), 5, "no service ecko",
                   "did you mean echo.say?   (p2p_admin services)")
        self.block(self.cli("call", "ping"), 2, "'ping' names no method",
                   "write service.method; 'p2p_admin methods' lists them")

    def test_an_error_is_a_document_where_documents_are_wanted(self):
        for output in ("json", "ndjson"):
            done = self.cli("call", "system.nothing", "-o", output)
            self.assertEqual((done.code, done.err), (5, ""))
            error = done.json["error"]
            self.assertEqual((error["code"], error["status"], error["rpc_code"]), ("method_not_found", 404, -32601))
            self.assertRegex(error["trace_id"], "^[0-9a-f]{32}$")
        self.assertIn('error:\n  type: "/errors/method_not_found"\n', self.cli("call", "system.nothing", "-o", "yaml").out)

    def test_results_come_in_every_format(self):
        self.assertEqual(self.works("call", "echo.names", "-o", "ndjson").out, '"a"\n"b"\n{"c":1}\n')
        self.assertEqual(self.works("call", "echo.names", "-o", "name").out, 'a\nb\n{"c":1}\n')
        self.assertEqual(self.works("call", "echo.names", "-o", "yaml").out, '- a\n- b\n- c: 1\n')
        self.assertEqual(self.works("call", "echo.names").json, ["a", "b", {"c": 1}])

    def test_where_it_runs_can_be_said(self):
        for words in (["--target", self.node.id], ["--target", "local"], ["--node", self.node.id],
                      ["--node", self.node.id[:4] + "*", "--role", "coordinator"]):
            self.works("call", "system.ping", *words)
        self.block(self.cli("call", "system.ping", "--node", self.node.id + "x"), 5, f"no node {self.node.id}x",
                   f"did you mean {self.node.id}?   (p2p_admin nodes)")
        done = self.cli("call", "system.ping", "--role", "worker")
        self.assertEqual((done.code, done.out, done.err), (8, "", "no node matches\n"))
        self.assertEqual(self.cli("call", "system.ping", "--role", "worker", "--allow-empty").code, 0)
        self.assertEqual(self.cli("call", "system.ping", "--target", "x", "--role", "worker").code, 2)

    def test_it_can_be_repeated(self):
        done = self.works("call", "system.ping", "--repeat", "5")
        self.assertEqual(len(done.lines), 5)
        self.assertRegex(done.err, r"5 calls: min [0-9.]+ ms, median [0-9.]+ ms, max [0-9.]+ ms\n$")
        self.assertEqual(self.cli("call", "system.ping", "--repeat", "0").code, 2)

    def test_the_time_of_the_command_is_limited_and_the_call_ends_on_the_node(self):
        began = time.monotonic()
        done = self.cli("call", "echo.slow", "--timeout", "500ms")
        self.assertEqual((done.code, done.out), (6, ""))
        self.assertLess(time.monotonic() - began, 10)
        self.assertIn("error: ", done.err)
        self.assertEqual(self.cli("call", "system.ping", env={"P2P_TIMEOUT": "1h"}).code, 0)

    def test_bench_measures(self):
        done = self.works("bench", "system.ping", "-n", "200", "-c", "4", "--warmup", "0", "-o", "json")
        report = done.json
        self.assertEqual((report["calls"], report["failed"], report["connections"]), (200, 0, 4))
        times = [report["latency_ms"][name] for name in ("min", "p50", "p90", "p99", "p99_9", "max")]
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[0], 0)
        self.assertGreater(report["calls_per_second"], 0)
        self.assertGreaterEqual(report["server_cpu_us_per_call"], 0)
        text = self.works("bench", "echo.say", "text=x", "--yes", "--duration", "100ms", "--warmup", "10ms").out
        self.assertRegex(text, r"^echo\.say over 1 connection: \d+ calls in [0-9.]+ s, \d+ calls/s\nlatency ms .* p99\.9 ")

    def test_bench_makes_no_more_calls_than_it_is_told(self):
        before = self.works("call", "echo.calls").json
        report = self.works("bench", "echo.counted", "-n", "3", "-c", "50", "-o", "json").json
        self.assertEqual((report["calls"], report["connections"]), (3, 3))
        self.assertEqual(self.works("call", "echo.calls").json, before + 3)
        self.block(self.cli("bench", "echo.counted", "-n", "3", "--warmup", "1s"), 2,
                   "-n and --warmup do not go together: -n is all that is called")

    def test_bench_of_what_may_not_be_repeated_needs_a_yes(self):
        self.block(self.cli("bench", "echo.say", "text=x", "-n", "2"), 2,
                   "bench calls echo.say 2 times, and it is not idempotent", "add --yes")
        self.assertEqual(self.works("bench", "echo.say", "text=x", "-n", "2", "-y", "-o", "json").json["calls"], 2)

    def test_a_token_that_may_call_but_not_look_calls(self):
        token = self.works("token", "issue", "--role", "viewer", "--scope", "rpc:echo/*").out.strip()
        done = self.works("call", "echo.say", "text=x", "count=3", "--token", token)
        self.assertEqual((done.json["text"], done.json["count"]), ("x", 3))

    def test_a_stream_that_fails_late_leaves_its_items_on_stdout(self):
        done = self.cli("call", "echo.half", "-o", "ndjson")
        self.assertEqual((done.code, done.out, done.err), (1, '"one"\n"two"\n', "error: no third one\n"))

    def test_bench_counts_errors_by_kind_and_says_when_nothing_works(self):
        done = self.cli("bench", "echo.fail_always", "-n", "10", "--yes")
        self.assertEqual((done.code, done.out), (1, ""))
        self.assertIn("error: the disk is full", done.err)
        self.block(self.cli("bench", "system.pin"), 5, "no method system.pin",
                   "did you mean system.ping?   (p2p_admin methods system)")
        self.assertEqual(self.cli("bench", "system.ping", "-c", "0").code, 2)

    def test_a_token_without_a_wish_is_the_least(self):
        done = self.works("token", "issue")
        self.assertEqual(done.err, "role viewer, valid 24h\n")
        text = self.works("token", "show", "-", stdin=done.out).out
        self.assertRegex(text, r"(?m)^exp .*\(in 24h\)$")

    def test_token_issue_prints_the_token_alone(self):
        done = self.works("token", "issue", "--role", "viewer", "--ttl", "10m", "--subject", "dashboard",
                          "--scope", "read:cluster")
        self.assertRegex(done.out, r"^[\w-]+\.[\w-]+\.[\w-]+\n$")
        self.assertEqual(done.err, "role viewer, valid 10m\n")
        self.assertEqual(self.cli("nodes", "--token", done.out.strip()).code, 0)
        self.assertEqual(self.cli("call", "system.ping", "--token", done.out.strip()).code, 4)
        shown = self.works("token", "show", "-", "-o", "json", stdin=done.out).json
        self.assertEqual((shown["claims"]["sub"], shown["claims"]["role"]), ("dashboard", "viewer"))
        self.assertEqual(shown["claims"]["scopes"], ["read:cluster"])
        text = self.works("token", "show", "-", stdin=done.out)
        self.assertRegex(text.out, r"(?m)^sub +dashboard$")
        self.assertRegex(text.err, r"valid for \d+[ms].*; the signature was not checked")
        self.assertNotIn(done.out.strip().split(".")[2], text.out + text.err)
        self.assertEqual(self.cli("token", "show", "-", stdin="nonsense").code, 2)
        narrower = self.cli("token", "issue", "--role", "admin", "--token", done.out.strip())
        self.assertEqual((narrower.code, narrower.out), (4, ""))


class Services(CliCase):
    """An operator acts on a service."""

    services = {"hello": ECHO.replace('"echo"', '"hello"')}

    def setUp(self):
        self.node.wait_service("hello", lambda entry: entry["status"] in ("running", "stopped", "failed"))

    def status(self):
        return self.node.service("hello")["status"]

    def test_reload_restart_disable_enable(self):
        done = self.works("service", "reload", "hello")
        self.assertRegex(done.out, r"^hello is running, generation \d+\n$")
        generation = self.node.service("hello")["generation"]
        done = self.works("service", "restart", "hello", "-o", "json")
        self.assertEqual((done.json["name"], done.json["status"]), ("hello", "running"))
        self.assertGreater(done.json["generation"], generation)
        self.assertRegex(self.works("service", "disable", "hello").out, r"^hello is stopped")
        self.block(self.cli("call", "hello.names"), 5,
                   "service hello is stopped: disabled by the operator, `p2p_admin service enable` brings it back")
        self.assertRegex(self.works("service", "enable", "hello").out, r"^hello is running")
        self.works("call", "hello.names")

    def test_with_selectors_it_answers_for_each_node(self):
        done = self.works("service", "reload", "hello", "--node", "*")
        self.assertRegex(done.out, rf"(?m)^{self.node.id} +ok +hello is running, generation \d+$")
        self.assertTrue(done.out.endswith("1 of 1 ok\n"))
        done = self.cli("service", "reload", "hello", "--role", "worker")
        self.assertEqual((done.code, done.out), (8, "no node matches\n"))
        failed = self.cli("service", "reload", "helo", "--node", "*")
        self.assertEqual(failed.code, 7)
        self.assertRegex(failed.out, rf"(?m)^{self.node.id} +\w+ +.*helo")

    def test_an_unknown_one_is_exit_5_with_the_nearest_name(self):
        self.block(self.cli("service", "reload", "helo"), 5, "no service helo",
                   "did you mean hello?   (p2p_admin services)")

    def test_a_viewer_may_not(self):
        done = self.cli("service", "reload", "hello", "--token", self.node.token("viewer"))
        self.assertEqual((done.code, done.out), (4, ""))


if __name__ == "__main__":
    main()
