"""Lists: pages, order, columns, text, node filters, ETag (http-api.md, section 6), the same for every list."""

import unittest

import node as harness
from node import NodeCase, replace

MANY = """
#include <p2p/service.hpp>
using namespace p2p;
class Many : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "many";
  SERVICE_METHOD(alpha, (), description = "The first of all", public = true, role = "viewer", timeout = 5, max_concurrency = 3);
  void alpha() {}
  SERVICE_METHOD(beta, (), public = true, role = "operator", timeout = 6);
  void beta() {}
  SERVICE_METHOD(hidden, ());
  void hidden() {}
};
EXPORT_SERVICE(Many)
"""
SETTINGS = "[methods.beta]\ntimeout = 7\n"

LISTS = {"/services": ("services", "name"), "/methods": ("methods", "method"), "/cluster/nodes": ("nodes", "node_id")}


class Lists(NodeCase):
    services = {"many": {"main.cpp": MANY, "service.toml": SETTINGS}, "broken": "this is no C++\n"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node.wait_call("many/alpha")
        cls.node.wait_service("broken", lambda entry: entry["status"] == "failed")

    def rows(self, path, query=""):
        answer = self.node.get(path + query, "viewer")
        self.assertEqual(answer.status, 200, answer)
        return answer.json[LISTS[path][0]]

    def names(self, path, query=""):
        return [row[LISTS[path][1]] for row in self.rows(path, query)]

    def test_pages_hold_each_row_once(self):
        for path in ("/services", "/methods"):
            everything = self.names(path)
            seen, query = [], "?limit=2"
            while query:
                answer = self.node.get(path + query, "viewer").json
                self.assertEqual(answer["total"], len(everything))
                seen += [row[LISTS[path][1]] for row in answer[LISTS[path][0]]]
                query = answer["next_cursor"] and f"?limit=2&cursor={answer['next_cursor']}"
            self.assertEqual(seen, everything)
            self.assertEqual(len(set(seen)), len(seen))

    def test_order_and_columns(self):
        names = self.names("/methods", "?service=many&sort=-name")
        self.assertEqual(names, sorted(names, reverse=True))
        rows = self.rows("/methods", "?service=many&fields=name,timeout_ms&q=beta")
        self.assertEqual(rows, [{"name": "beta", "timeout_ms": 7000}])
        rows = self.rows("/methods", "?service=many&sort=timeout_ms,name&fields=name&limit=2")
        self.assertEqual([row["name"] for row in rows], ["alpha", "beta"])

    def test_each_member_of_a_row_is_a_column(self):
        self.node.folders.put("late", MANY.replace('"many"', '"late"'))
        self.addCleanup(self.node.take_out, "late")
        self.node.wait_call("late/alpha")
        replace(self.node.folders.services / "late" / "main.cpp", "this is no C++\n")
        self.node.wait_service("late", lambda entry: "reason" in entry.get("update", {}))
        seldom = {"/services": {"reason", "update"}, "/methods": {"stream", "max_concurrency", "overridden"},
                  "/cluster/nodes": {"tags"}}
        for path in LISTS:
            members = set().union(*self.rows(path))
            self.assertLessEqual(seldom[path], members, "the rows are to have all that rows can have")
            rows = self.rows(path, "?fields=" + ",".join(members))
            self.assertEqual(set().union(*rows), members)

    def test_text_and_filters(self):
        self.assertEqual(self.names("/methods", "?q=FIRST+of"), ["many/alpha"])
        self.assertEqual(self.names("/services", "?service=ma*"), ["many"])
        self.assertEqual(self.names("/services", "?service=many&service=system"), ["many", "system"])
        self.assertEqual(self.names("/services", "?status=failed"), ["broken"])
        self.assertEqual(self.names("/services", "?status=failed&status=alive"), ["broken"])
        self.assertEqual(self.names("/services", "?status=dead"), [])
        self.assertNotIn("many/hidden", self.names("/methods"))
        for path in LISTS:
            self.assertNotEqual(self.names(path, f"?node={self.node.id}&role=coordinator&status=alive"), [])
            self.assertEqual(self.names(path, "?node=nobody-*"), [])
            self.assertEqual(self.names(path, "?role=worker"), [])
            self.assertEqual(self.names(path, "?tag=zone%3Da"), [])
        self.assertEqual(self.names("/cluster/nodes", "?service=many"), [self.node.id])
        self.assertEqual(self.names("/cluster/nodes", "?service=nothing"), [])

    def test_what_is_unchanged_is_304(self):
        for path in LISTS:
            with self.subTest(path):
                first = self.node.get(path, "viewer")
                etag = first.headers["etag"]
                again = self.node.get(path, "viewer", headers={"If-None-Match": f'"other", {etag}'})
                self.assertEqual((again.status, again.body), (304, b""))
                self.assertEqual(self.node.get(path + "?limit=1&q=nowhere", "viewer", headers={"If-None-Match": etag}).status, 200)

    def test_wrong_parameters_are_named(self):
        for path in LISTS:
            for query, word in {
                "limit=0": "limit",
                "limit=many": "limit",
                "cursor=x": "cursor",
                "sort=nothing": "sort",
                "sort=": "sort",
                "sort=-": "sort",
                "sort=,": "sort",
                "fields=nothing": "fields",
                "role=boss": "role",
                "status=alife": "status",
                "limt=3": "limt",
                "q=%f": "query",
                "q=a&q=b": "q",
            }.items():
                with self.subTest(path=path, query=query):
                    answer = self.node.get(f"{path}?{query}", "viewer")
                    self.assertError(answer, 400, "invalid_request", -32600)
                    self.assertIn(word, answer.json["detail"])
            self.assertIn("start anew", self.node.get(path + "?cursor=x", "viewer").json["hint"])

    def test_a_cursor_of_another_list_is_refused(self):
        cursor = self.node.get("/methods?limit=1", "viewer").json["next_cursor"]
        self.assertError(self.node.get(f"/services?limit=1&cursor={cursor}", "viewer"), 400, "invalid_request")

    def test_they_take_a_token(self):
        for path in LISTS:
            self.assertError(self.node.request("GET", path), 401, "unauthenticated")


if __name__ == "__main__":
    harness.main()
