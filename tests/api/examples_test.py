"""The examples that services' authors copy: each compiles and does what its README says."""

import http.client
import json
import pathlib

import node as harness
from node import NodeCase
from wire import LOOP

EXAMPLES = pathlib.Path(__file__).parents[2] / "services/examples"
FOLDERS = sorted(folder.name for folder in EXAMPLES.iterdir() if (folder / "main.cpp").exists())


class Examples(NodeCase):
    services = {name: (EXAMPLES / name / "main.cpp").read_bytes() for name in FOLDERS}

    def test_each_one_runs(self):
        self.assertIn("counter", FOLDERS)
        for name in FOLDERS:
            self.node.wait_service(name, lambda entry: entry["status"] == "running", 300)
            self.assertTrue((EXAMPLES / name / "README.md").exists(), name)

    def test_counter_counts_and_streams(self):
        self.node.wait_service("counter", lambda entry: entry["status"] == "running", 300)
        self.assertEqual(self.node.call("counter/add"), 1)
        self.assertEqual(self.node.call("counter/add", {"by": 4}), 5)
        self.assertError(self.node.rpc("counter/add", {"by": 0}), 422, "invalid_params")
        connection = http.client.HTTPConnection(LOOP, self.node.port, timeout=30)
        self.addCleanup(connection.close)
        headers = {"Authorization": "Bearer " + self.node.token("viewer"), "Accept": "application/x-ndjson"}
        connection.request("POST", "/rpc/counter/watch", '{"params":{"changes":1}}', headers)
        answer = connection.getresponse()
        self.assertEqual(json.loads(answer.readline())["item"]["total"], 5)
        self.node.call("counter/add")
        self.assertEqual(json.loads(answer.readline())["item"]["total"], 6)
        self.assertEqual(json.loads(answer.readline()), {"result": None, "error": None, "id": None})
        self.assertEqual(self.node.call("counter/watch", {"changes": 0})[0]["total"], 6)

    def test_counter_tells_how_far_it_is(self):
        self.node.wait_service("counter", lambda entry: entry["status"] == "running", 300)
        answer = self.node.rpc("counter/count_to", {"to": 4}, headers={"Accept": "application/x-ndjson"})
        lines = [json.loads(line) for line in answer.body.splitlines()]
        self.assertEqual([line["progress"]["value"] for line in lines[:-1]], [0.0, 0.25, 0.5, 0.75])
        self.assertGreaterEqual(lines[-1]["result"], 4)


if __name__ == "__main__":
    harness.main()
