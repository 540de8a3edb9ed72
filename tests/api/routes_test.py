"""What holds for many routes: HEAD, gzip, Idempotency-Key, Server-Timing, ids of any length; explain and the audit log
(http-api.md, sections 1, 2, 3, 5 and 8)."""

import gzip
import json
import threading

import node as harness
from node import NodeCase
from wire import until

COUNTER = """
#include <p2p/service.hpp>
using namespace p2p;
class Tally : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "tally";
  SERVICE_METHOD(add, (number = 1), public = true, role = "viewer");
  std::int64_t add(std::int64_t number) { return sum_ += number; }
  SERVICE_METHOD(slow_add, (seconds), public = true, role = "viewer");
  Task<std::int64_t> slow_add(double seconds) {
    co_await sleep({static_cast<std::int64_t>(seconds * 1e9)});
    co_return ++sum_;
  }
  SERVICE_METHOD(text, (size), public = true, role = "viewer");
  std::string text(std::int64_t size) { return std::string(static_cast<std::size_t>(size), 'x'); }
  SERVICE_METHOD(never, (), public = true);
  void never() {}
  SERVICE_METHOD(busy, (), public = true, role = "viewer");
  std::int64_t busy() {
    ++sum_;
    throw Error(Errc::overloaded, "no room", Value{{"retry_after", 2.3}});
  }

 private:
  std::int64_t sum_ = 0;
};
EXPORT_SERVICE(Tally)
"""


class Routes(NodeCase):
    services = {"tally": COUNTER}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node.wait_call("tally/add")

    def sum(self):
        return self.node.call("tally/add", {"number": 0})

    def test_head_works_wherever_get_does(self):
        for path in (
            "/", "/health", "/livez", "/readyz", "/readyz?verbose", "/errors/timeout", "/metrics", "/cluster/status",
            "/cluster/nodes", f"/cluster/nodes/{self.node.id}", "/local/services", "/local/services/tally", "/services",
            "/methods", "/methods/tally/add", "/methods/tally/add/explain", "/debug/registry", "/logs", "/audit",
            "/nowhere",
        ):  # fmt: skip
            with self.subTest(path):
                get = self.node.get(path)
                head = self.node.request("HEAD", path, token=self.node.token())
                self.assertEqual((head.status, head.body), (get.status, b""))
                self.assertEqual(head.headers.get("content-type"), get.headers.get("content-type"))

    def test_large_answers_are_gzipped_for_those_who_take_it(self):
        def text(size, accept):
            body = {"params": {"size": size}}
            return self.node.post("/rpc/tally/text", body, headers={"Accept-Encoding": accept} if accept else None)

        small = text(1000, "gzip")
        self.assertNotIn("content-encoding", small.headers)
        for accept in (None, "identity", "gzip;q=0", "br"):
            plain = text(10_000, accept)
            self.assertNotIn("content-encoding", plain.headers)
            self.assertEqual(len(plain.json["result"]), 10_000)
        packed = text(10_000, "br, gzip;q=0.9")
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(packed.headers["vary"], "Accept-Encoding")
        self.assertLess(len(packed.body), 1000)
        self.assertEqual(json.loads(gzip.decompress(packed.body)), plain.json)
        methods = self.node.get("/methods?limit=1000", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(methods.headers["content-encoding"], "gzip")
        self.assertEqual(json.loads(gzip.decompress(methods.body)), self.node.get("/methods?limit=1000").json)
        batch = [{"jsonrpc": "2.0", "method": "tally/text", "params": {"size": 5000}, "id": 1}]
        answer = self.node.post("/rpc", batch, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(len(json.loads(gzip.decompress(answer.body))[0]["result"]), 5000)

    def test_ids_come_back_as_they_were_written(self):
        for number in ("7", "-0", "1.0", "12345678901234567890123", "1e400", "0.1000000000000000000001", "9" * 250):
            with self.subTest(number):
                body = b'{"method":"add","params":{"number":0},"id":' + number.encode() + b"}"
                answer = self.node.post("/rpc/tally/add", body, headers={"Content-Type": "application/json"})
                self.assertEqual(answer.status, 200, answer)
                self.assertTrue(answer.body.endswith(b'"id":' + number.encode() + b"}"), answer.body)
                body = b'{"jsonrpc":"2.0","method":"tally/nope","id":' + number.encode() + b"}"
                for sent in (body, b"[" + body + b"]"):
                    answer = self.node.post("/rpc", sent, headers={"Content-Type": "application/json"})
                    self.assertIn(b'"id":' + number.encode() + b"}", answer.body)

    def test_server_timing_comes_with_meta(self):
        timed = self.node.rpc("tally/slow_add", {"seconds": 0.02}, query="?meta=1")
        name, _, duration = timed.headers["server-timing"].partition(";dur=")
        self.assertEqual(name, "exec")
        self.assertGreaterEqual(float(duration), 20)
        self.assertNotIn("server-timing", self.node.rpc("tally/add").headers)

    def test_a_method_tells_how_long_it_takes_once_it_has_run(self):
        self.assertNotIn("p95_ms", self.node.get("/methods/tally/never").json["statistics"])
        self.node.call("tally/slow_add", {"seconds": 0.02})
        figures = self.node.get("/methods/tally/slow_add").json["statistics"]
        self.assertGreaterEqual(figures["p95_ms"], 10, "the bucket of 20 ms begins there")

    def test_retry_after_is_whole_seconds(self):
        self.assertEqual(self.node.rpc("tally/busy").headers["retry-after"], "3")

    def adding(self):
        return "tally/slow_add" in self.node.get("/cluster/status").json["request_stats"]["active_request_counts"]

    def keyed(self, key, path, params, role="admin", headers=None, **more):
        return self.node.rpc(path, params, role=role, headers={"Idempotency-Key": key, **(headers or {})}, **more)

    def test_a_key_makes_a_request_run_once(self):
        before = self.sum()
        first = self.keyed("once-1", "tally/add", {"number": 5})
        again = self.keyed("once-1", "tally/add", {"number": 5})
        self.assertEqual(self.sum(), before + 5)
        self.assertEqual((again.status, again.body), (first.status, first.body))
        self.assertEqual(again.headers["idempotency-replayed"], "true")
        self.assertNotIn("idempotency-replayed", first.headers)
        self.assertError(self.keyed("once-1", "tally/add", {"number": 6}), 409, "conflict")
        self.assertError(self.keyed("once-1", "tally/add", {"number": 5}, query="?meta=1"), 409, "conflict")
        lines = {"Accept": "application/x-ndjson"}
        self.assertError(self.keyed("once-1", "tally/add", {"number": 5}, headers=lines), 409, "conflict")
        failed = self.keyed("once-2", "tally/add", {"number": "x"})
        self.assertEqual(failed.status, 422)
        self.assertEqual(self.keyed("once-2", "tally/add", {"number": "x"}).body, failed.body)

    def test_an_answer_is_gzipped_for_whoever_asks_again_not_for_who_asked_first(self):
        takes, takes_not = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
        for key, first_takes in (("packed", takes), ("plain", takes_not)):
            with self.subTest(key):
                first, again, plain, packed = (
                    self.keyed(key, "tally/text", {"size": 10_000}, headers=headers)
                    for headers in (first_takes, first_takes, takes_not, takes)
                )
                self.assertEqual((again.status, again.body), (first.status, first.body))
                self.assertNotIn("content-encoding", plain.headers)
                self.assertEqual(len(plain.json["result"]), 10_000)
                self.assertEqual((packed.headers["content-encoding"], packed.headers["vary"]), ("gzip", "Accept-Encoding"))
                self.assertEqual(gzip.decompress(packed.body), plain.body)
                for answer in (again, plain, packed):
                    self.assertEqual(answer.headers["idempotency-replayed"], "true")

    def test_a_key_belongs_to_its_subject(self):
        before = self.sum()
        other = self.node.token("admin", node_id="somebody-else")
        self.keyed("mine", "tally/add", {"number": 1})
        body = {"method": "add", "id": "req1", "params": {"number": 1}}
        answer = self.node.request("POST", "/rpc/tally/add", body, other, {"Idempotency-Key": "mine"})
        self.assertEqual(answer.status, 200)
        self.assertNotIn("idempotency-replayed", answer.headers)
        self.assertEqual(self.sum(), before + 2)

    def test_while_it_runs_a_second_request_is_told_to_wait(self):
        thread = threading.Thread(target=self.keyed, args=("running", "tally/slow_add", {"seconds": 1}))
        thread.start()
        until(self.adding, "the first request runs")
        second = self.keyed("running", "tally/slow_add", {"seconds": 1})
        self.assertError(second, 409, "conflict")
        self.assertGreaterEqual(int(second.headers["retry-after"]), 1)
        thread.join(20)
        self.assertIn("idempotency-replayed", self.keyed("running", "tally/slow_add", {"seconds": 1}).headers)

    def test_a_client_that_left_comes_back_for_its_answer(self):
        before = self.sum()
        body = json.dumps({"method": "slow_add", "id": "req1", "params": {"seconds": 0.3}}).encode()
        head = (
            f"POST /rpc/tally/slow_add HTTP/1.1\r\nHost: 127.0.0.1:{self.node.port}\r\n"
            f"Authorization: Bearer {self.node.token()}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: left\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with self.node.connect() as wire:
            wire.send(head.encode() + body)
            until(self.adding, "the request runs")
        answer = until(
            lambda: (a := self.keyed("left", "tally/slow_add", {"seconds": 0.3})).status == 200 and a, "its answer"
        )
        self.assertEqual(answer.headers["idempotency-replayed"], "true")
        self.assertEqual(self.sum(), before + 1)

    def test_what_was_refused_for_lack_of_room_runs_again(self):
        before = self.sum()
        for _ in range(2):
            self.assertEqual(self.keyed("busy", "tally/busy", {}).status, 503)
        self.assertEqual(self.sum(), before + 2)

    def test_a_bad_key_is_refused_and_elsewhere_it_is_no_matter(self):
        for key in ("k" * 65, "a b", "\u00e9", ""):
            self.assertError(self.keyed(key.encode(), "tally/add", {}), 400, "invalid_request")
        twice = {"Idempotency-Key": "a", "idempotency-key": "a"}
        self.assertError(self.node.rpc("tally/add", {}, headers=twice), 400, "invalid_request")
        answer = self.node.get("/health", headers={"Idempotency-Key": "k" * 65})
        self.assertEqual(answer.status, 200)

    def test_explain_says_where_a_call_would_run(self):
        answer = self.node.get("/methods/tally/add/explain", "viewer").json
        self.assertEqual((answer["method"], answer["target"], answer["chosen"]), ("tally/add", "auto", self.node.id))
        self.assertEqual([row["node_id"] for row in answer["candidates"]], [self.node.id])
        self.assertEqual(answer["excluded"], [])
        answer = self.node.get("/methods/tally/add/explain?target=worker", "viewer").json
        self.assertIsNone(answer["chosen"])
        self.assertEqual(answer["excluded"], [{"node_id": self.node.id, "reason": "kind"}])
        self.assertEqual(answer["candidates"], [])
        self.assertError(self.node.get("/methods/tally/nope/explain"), 404, "method_not_found")
        self.assertError(self.node.get("/methods/nope/add/explain"), 404, "service_not_found")
        self.assertError(self.node.get("/methods/tally/add/explain?target=web-*"), 400, "invalid_request")
        self.assertError(self.node.get("/methods/tally/add/explain?where=here"), 400, "invalid_request")
        self.assertError(self.node.request("GET", "/methods/tally/add/explain"), 401, "unauthenticated")

    def test_the_audit_log_is_read_newest_first(self):
        subjects = [f"audited-{i}" for i in range(5)]
        for subject in subjects:
            self.assertEqual(self.node.request("POST", "/auth/token", {"node_id": subject}).status, 200)
        page = self.node.get("/audit?q=AUDITED-&limit=3").json
        self.assertEqual([row["object"] for row in page["audit"]], subjects[:1:-1])
        rest = self.node.get(f"/audit?q=AUDITED-&limit=3&cursor={page['next_cursor']}").json
        self.assertEqual([row["object"] for row in rest["audit"]], subjects[1::-1])
        self.assertIsNone(rest["next_cursor"])
        everything = self.node.get("/audit?limit=1000").json
        self.assertEqual(everything["total"], everything["audit"][0]["seq"])
        self.assertEqual([row["seq"] for row in everything["audit"]], list(range(everything["total"], 0, -1)))
        row = self.node.get("/audit?limit=1&fields=action,object&q=audited-4").json["audit"][0]
        self.assertEqual(row, {"action": "token.issue", "object": "audited-4"})
        self.assertEqual(self.node.get("/audit?node=nobody").json["audit"], [])

    def test_the_audit_log_is_for_admins(self):
        self.assertError(self.node.request("GET", "/audit"), 401, "unauthenticated")
        for role in ("viewer", "operator"):
            self.assertError(self.node.get("/audit", role), 403, "forbidden")
        for query, word in {
            "limit=0": "limit",
            "cursor=x": "cursor",
            "sort=seq": "sort",
            "role=boss": "role",
            "fields=acton": "acton",
        }.items():
            answer = self.node.get("/audit?" + query)
            self.assertError(answer, 400, "invalid_request")
            self.assertIn(word, answer.json["detail"])

    def act(self, verb, name="tally", query="", role="operator", **more):
        return self.node.post(f"/admin/services/{name}/{verb}{query}", None, role, timeout=120, **more)

    def test_a_service_is_reloaded_and_restarted_by_the_operators_word(self):
        before = self.node.service("tally")["generation"]
        for verb in ("reload", "restart"):
            answer = self.act(verb)
            self.assertEqual((answer.status, answer.json["name"], answer.json["status"]), (200, "tally", "running"))
            self.assertGreater(answer.json["generation"], before)
            before = answer.json["generation"]
            records = [row for row in self.node.audit() if row["action"] == f"service.{verb}"]
            self.assertEqual((records[-1]["object"], records[-1]["outcome"]), ("tally", "ok"))
            self.assertEqual(records[-1]["trace_id"], answer.headers["x-trace-id"])
        self.node.call("tally/add")

    def test_a_service_is_disabled_until_it_is_enabled(self):
        self.addCleanup(self.act, "enable")
        answer = self.act("disable")
        self.assertEqual((answer.status, answer.json["status"]), (200, "stopped"), answer)
        self.assertError(self.node.rpc("tally/add"), 404, "service_not_found")
        self.assertError(self.act("reload"), 409, "conflict")
        self.assertEqual(self.node.get("/services?status=stopped").json["services"][0]["name"], "tally")
        answer = self.act("enable")
        self.assertEqual((answer.status, answer.json["status"]), (200, "running"), answer)
        self.node.call("tally/add")

    def test_what_cannot_be_done_is_said(self):
        answer = self.act("reload", "taly")
        self.assertError(answer, 404, "service_not_found")
        self.assertIn("tally", answer.json["hint"])
        self.assertError(self.act("disable", "system"), 409, "conflict")
        records = [row for row in self.node.audit() if row["action"].startswith("service.")]
        self.assertEqual(records[-1]["outcome"], "conflict")

    def test_with_filters_the_answer_has_a_row_for_each_node(self):
        answer = self.act("restart", query=f"?node={self.node.id}").json
        self.assertEqual((answer["success_count"], answer["total_count"]), (1, 1))
        row = answer["results"][0]
        self.assertEqual((row["node_id"], row["success"], row["outcome"]), (self.node.id, True, "ok"))
        self.assertEqual(row["result"]["status"], "running")
        row = self.act("restart", "nobody", f"?node={self.node.id}").json["results"][0]
        self.assertEqual((row["success"], row["error"]["data"]["code"]), (False, "service_not_found"))

    def test_an_act_with_a_key_is_done_once(self):
        key = {"Idempotency-Key": "restart-1"}
        first = self.act("restart", headers=key)
        again = self.act("restart", headers=key)
        self.assertEqual((again.body, again.headers["idempotency-replayed"]), (first.body, "true"))
        self.assertEqual(self.node.service("tally")["generation"], first.json["generation"])

    def test_acts_on_services_take_an_operator_and_no_body(self):
        for verb in ("reload", "restart", "enable", "disable"):
            path = f"/admin/services/tally/{verb}"
            with self.subTest(verb):
                self.assertError(self.node.request("POST", path), 401, "unauthenticated")
                self.assertError(self.node.post(path, role="viewer"), 403, "forbidden")
                self.assertError(self.node.get(path), 405, "method_not_allowed")
                self.assertError(self.node.post(path, {"force": True}), 400, "invalid_request")
                self.assertError(self.node.post(path + "?nod=x"), 400, "invalid_request")
                self.assertError(self.node.post(path + "?role=boss"), 400, "invalid_request")
                elsewhere = self.node.post(path + "?node=nobody-*")
                self.assertEqual(elsewhere.json, {"results": [], "success_count": 0, "total_count": 0})


if __name__ == "__main__":
    harness.main()
