"""What the requirement promises of one node, as a user would check it."""

import json
import re
import shutil
import socket
import subprocess
import unittest

import node as harness
from node import Folders, Node, NodeCase
from probe import PROBE, small
from tokens import SECRET, decode
from wire import until

# The requirement's template, in C++.
TEMPLATE = """
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "my_service";

  Run() {
    info.description = "My custom service";
    info.dependencies = {"system"};
  }

  Task<> initialize() override { co_return; }
  Task<> cleanup() override {
    logger.info("cleaned up");
    co_return;
  }
  struct Reply { std::string param, hostname, service; };

  SERVICE_METHOD(my_method, (param), description = "Public API method", public = true);
  Task<Reply> my_method(std::string param) {
    auto system_info = co_await proxy["system"]["get_system_info"]();
    co_return Reply{param, system_info["hostname"].as_string(), service_name};
  }
};
EXPORT_SERVICE(Run)
"""


def claims(token):
    return decode(token.split(".")[1])


def header(token):
    return decode(token.split(".")[0])


class CurlLines(NodeCase):
    """The four curl lines of the requirement, with the node's port and a token filled in."""

    def curl(self, *words):
        done = subprocess.run(
            ["curl", "-sS", "-w", "\n%{http_code}", *words], capture_output=True, text=True, timeout=30, check=True
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            subprocess.run(["curl", "--version"], capture_output=True, check=True)
        except FileNotFoundError as missing:
            raise unittest.SkipTest("curl is not installed") from missing
        cls.at = f"http://127.0.0.1:{cls.node.port}"

    def fetch_token(self):
        status, answer = self.curl(
            "-X",
            "POST",
            self.at + "/auth/token",
            "-H",
            "Content-Type: application/json",
            "-d",
            '{"node_id": "client"}',
        )
        self.assertEqual(status, 200, answer)
        return answer

    def test_auth_token_gives_a_bearer_token_without_any_secret(self):
        answer = self.fetch_token()
        self.assertEqual((answer["token_type"], answer["role"], answer["trust"]), ("bearer", "admin", "local"))
        self.assertEqual(claims(answer["access_token"])["sub"], "client")

    def test_a_token_lives_24_hours(self):
        answer = self.fetch_token()
        self.assertEqual(answer["expires_in"], 86400)
        said = claims(answer["access_token"])
        self.assertEqual(said["exp"] - said["iat"], 86400)

    def test_rpc_gives_result_error_and_id(self):
        token = self.fetch_token()["access_token"]
        status, answer = self.curl(
            "-X",
            "POST",
            self.at + "/rpc/system/get_system_info",
            "-H",
            f"Authorization: Bearer {token}",
            "-H",
            "Content-Type: application/json",
            "-d",
            '{"method": "get_system_info", "params": {}, "id": "req1"}',
        )
        self.assertEqual(status, 200, answer)
        self.assertEqual(set(answer), {"result", "error", "id"})
        self.assertEqual((answer["error"], answer["id"]), (None, "req1"))
        self.assertEqual(answer["result"]["hostname"], socket.gethostname())

    def test_debug_registry_lists_the_methods(self):
        token = self.fetch_token()["access_token"]
        status, answer = self.curl(self.at + "/debug/registry", "-H", f"Authorization: Bearer {token}")
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer["total_methods"], len(answer["registered_methods"]))
        for path in ("system/get_system_info", "system/get_system_metrics", "system/execute_command"):
            self.assertIn(path, answer["registered_methods"])

    def test_local_services_lists_the_services(self):
        token = self.fetch_token()["access_token"]
        status, answer = self.curl(self.at + "/local/services", "-H", f"Authorization: Bearer {token}")
        self.assertEqual(status, 200, answer)
        system = answer["services"]["system"]
        self.assertEqual(system["status"], "running")
        self.assertIn("get_system_info", system["methods"])
        self.assertIn("system/get_system_info", answer["registry_methods"])


class OneNode(NodeCase):
    services = {"probe": PROBE}

    def test_health_is_open_and_says_who_the_node_is(self):
        answer = self.node.request("GET", "/health")
        self.assertEqual(answer.status, 200)
        health = answer.json
        self.assertEqual(health["status"], "healthy")
        self.assertEqual(health["node_id"], self.node.id)
        self.assertEqual(health["role"], "coordinator")
        self.assertEqual((health["active_nodes"], health["state"], health["version"]), (1, "ready", "1.0.0"))
        self.assertRegex(health["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertGreater(health["uptime_seconds"], 0)

    def test_cluster_status_counts_this_node_and_its_requests(self):
        before = self.node.get("/cluster/status").json["request_stats"]["total_requests"]
        self.node.call("probe/echo")
        status = self.node.get("/cluster/status").json
        self.assertEqual(
            (status["total_nodes"], status["live_nodes"], status["suspected_nodes"], status["dead_nodes"]),
            (1, 1, 0, 0),
        )
        self.assertEqual((status["coordinators"], status["workers"], status["self_role"]), (1, 0, "coordinator"))
        self.assertEqual((status["cluster_size"], status["self_node_id"]), (1, self.node.id))
        self.assertGreaterEqual(status["request_stats"]["total_requests"], before + 1)
        self.assertGreater(status["uptime"], 0)
        for key in ("successful_requests", "success_rate", "average_duration_ms", "active_request_counts"):
            self.assertIn(key, status["request_stats"])
        for key in ("live_node_ratio", "coordinator_available"):
            self.assertIn(key, status["network_health"])

    def test_cluster_nodes_lists_this_node(self):
        answer = self.node.get("/cluster/nodes").json
        self.assertEqual((answer["total"], answer["coordinators"], answer["workers"]), (1, 1, 0))
        [entry] = answer["nodes"]
        self.assertEqual(
            (entry["node_id"], entry["address"], entry["port"]), (self.node.id, "127.0.0.1", self.node.port)
        )
        self.assertEqual((entry["role"], entry["status"], entry["self"]), ("coordinator", "alive", True))
        self.assertIn("admin", entry["capabilities"])
        self.assertEqual(set(entry["services"]), {"system", "probe"})
        for key in ("last_seen", "metadata"):
            self.assertIn(key, entry)

    def test_the_template_put_in_while_the_node_runs_is_callable(self):
        self.node.folders.put("my_service", TEMPLATE)
        self.addCleanup(shutil.rmtree, self.node.folders.services / "my_service")
        answer = self.node.wait_call("my_service/my_method", {"param": "абв"})
        self.assertEqual(answer, {"param": "абв", "hostname": socket.gethostname(), "service": "my_service"})
        entry = self.node.service("my_service")
        self.assertEqual(entry["info"]["description"], "My custom service")
        self.assertEqual(entry["info"]["dependencies"], ["system"])
        self.assertIn("my_service/my_method", self.node.get("/debug/registry").json["registered_methods"])

    def test_service_name_is_the_name_not_that_of_the_folder(self):
        self.node.folders.put(
            "other_folder", small("renamed", members='  static constexpr auto SERVICE_NAME = "named_inside";')
        )
        self.addCleanup(shutil.rmtree, self.node.folders.services / "other_folder")
        self.assertEqual(self.node.wait_call("named_inside/mark"), "renamed")
        self.assertEqual(self.node.rpc("other_folder/mark").status, 404)

    def test_only_public_methods_are_in_the_registry(self):
        paths = self.node.get("/debug/registry").json["registered_methods"]
        self.assertIn("probe/echo", paths)
        for method in ("hidden", "undeclared", "initialize", "cleanup", "start", "stop"):
            self.assertNotIn(f"probe/{method}", paths)

    def test_a_call_through_the_proxy_gives_the_methods_own_result(self):
        direct = self.node.call("probe/ask", {"service": "system", "method": "get_system_info"})
        self.assertEqual(direct["hostname"], socket.gethostname())
        self.assertEqual(self.node.call("probe/ask", {"service": "probe", "method": "started"}), True)

    def test_a_call_through_the_proxy_may_name_this_node_as_its_target(self):
        for target in ("coordinator", self.node.id, "local"):
            self.assertEqual(
                self.node.call("probe/ask", {"service": "probe", "method": "started", "target": target}), True, target
            )

    def test_a_call_to_another_node_is_a_clear_error_for_now(self):
        answer = self.node.rpc("probe/ask", {"service": "probe", "method": "started", "target": "worker-8002"})
        self.assertError(answer, 404, "node_not_found", -32003)
        self.assertIn("worker-8002", answer.json["error"]["message"])

    def test_the_log_shows_a_local_call_as_the_requirement_prints_it(self):
        self.node.call("probe/ask", {"service": "system", "method": "get_system_metrics"})
        line = r"^\d\d:\d\d:\d\d(?:[.,]\d+)? \| DEBUG +\| Method\.system\.get_system_metrics *\| Local call: system/get_system_metrics$"
        until(lambda: re.search(line, self.node.log(), re.M), "the debug line of the call")

    def test_the_log_shows_what_a_service_says_under_its_name(self):
        self.node.call("probe/say", {"text": "Coordinator metrics #25: CPU 12.5%, Memory 65.2%"})
        line = r"^\d\d:\d\d:\d\d(?:[.,]\d+)? \| INFO +\| Service\.probe *\| Coordinator metrics #25: CPU 12\.5%, Memory 65\.2%$"
        until(lambda: re.search(line, self.node.log(), re.M), "the line of the service")

    def test_initialize_runs_before_the_first_call(self):
        self.assertIs(self.node.call("probe/started"), True)

    def test_metrics_give_figures_and_are_a_second_old_at_most_a_few(self):
        metrics = self.node.call("system/get_system_metrics")
        self.assertGreaterEqual(metrics["cpu_percent"], 0)
        self.assertTrue(0 < metrics["memory"]["percent"] <= 100, metrics["memory"])
        for key in ("disk_io", "network_io", "load_average", "process_count", "timestamp"):
            self.assertIn(key, metrics)

    def test_ping_answers_with_the_node(self):
        self.assertEqual(self.node.call("system/ping")["node_id"], self.node.id)

    def test_a_command_is_run_and_its_exit_code_is_a_result(self):
        done = self.node.call("system/execute_command", {"command": "echo out; echo err >&2; exit 3"})
        self.assertEqual(
            (done["return_code"], done["stdout"], done["stderr"], done["success"]), (3, "out\n", "err\n", False)
        )

    def test_every_service_has_info_and_a_health_check(self):
        self.assertEqual(self.node.call("probe/get_service_info")["name"], "probe")
        health = self.node.call("probe/health_check")
        self.assertEqual(health["service"], "probe")
        self.assertIn("uptime", health)

    def test_the_root_says_what_this_is(self):
        self.assertEqual(self.node.request("GET", "/").json, {"message": "P2P Admin System", "status": "running"})

    def test_readyz_lists_its_checks_when_asked(self):
        self.assertEqual(self.node.request("GET", "/readyz").body, b"ok\n")
        for wrong in ("no", "0", "yes"):
            self.assertEqual(self.node.request("GET", f"/readyz?verbose={wrong}").status, 400)
        text = self.node.request("GET", "/readyz?verbose").body.decode()
        self.assertIn("[+]listen ok", text)
        self.assertIn("[+]services ok", text)
        self.assertEqual(self.node.request("GET", "/livez").body, b"ok\n")

    def test_every_error_has_a_page(self):
        page = self.node.request("GET", "/errors/method_failed").json
        self.assertEqual((page["code"], page["status"], page["rpc_code"]), ("method_failed", 500, -32000))
        self.assertTrue(page["meaning"] and page["repair"])
        self.assertError(self.node.request("GET", "/errors/nonsense"), 404, "not_found")

    def test_methods_shows_what_a_caller_must_know(self):
        method = self.node.get("/methods/probe/add").json
        self.assertEqual(
            (method["method"], method["role"], method["parameters"]), ("probe/add", "viewer", ["a", "b"])
        )
        self.assertEqual(method["params_schema"]["required"], ["a"])
        self.assertEqual(method["nodes"], [self.node.id])
        listed = self.node.get("/methods?service=probe").json
        self.assertIn("probe/add", [row["method"] for row in listed["methods"]])
        self.assertEqual(listed["total"], len(listed["methods"]))
        self.assertIn("probe", [row["name"] for row in self.node.get("/services").json["services"]])

    def test_metrics_are_prometheus_text_and_count_calls(self):
        before = self.node.metric("p2p_rpc_requests_total", service="probe", method="echo", outcome="ok")
        self.node.call("probe/echo")
        self.assertEqual(
            self.node.metric("p2p_rpc_requests_total", service="probe", method="echo", outcome="ok"), before + 1
        )
        answer = self.node.request("GET", "/metrics")
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        self.assertIn(b"# TYPE p2p_rpc_requests_total counter", answer.body)


class Environment(unittest.TestCase):
    """Settings from variables, one node each."""

    def start(self, **options):
        node = Node(**options)
        self.addCleanup(node.close)
        return node

    def test_services_dir_names_the_folder_of_services(self):
        folders = Folders()
        self.addCleanup(folders.close)
        folders.put("placed", small("elsewhere"))
        node = self.start(
            folders=folders,
            flags=False,
            env={"SERVICES_DIR": str(folders.services), "P2P_STATE_DIR": str(folders.state)},
        )
        self.assertEqual(node.call("placed/mark"), "elsewhere")

    def test_without_any_setting_services_are_in_services_and_state_below_home(self):
        folders = Folders()
        self.addCleanup(folders.close)
        folders.put("here", small("in ./services"))
        node = self.start(folders=folders, flags=False)
        self.assertEqual(node.call("here/mark"), "in ./services")
        self.assertTrue((folders.home / ".local/state/p2p_admin/cluster.key").exists())

    def test_jwt_secret_key_signs_with_hs256(self):
        node = self.start(env={"JWT_SECRET_KEY": SECRET})
        self.assertEqual(header(node.token())["alg"], "HS256")
        self.assertEqual(node.get("/debug/registry").status, 200)

    def test_without_jwt_secret_key_tokens_are_signed_with_a_key_of_the_state_directory(self):
        node = self.start()
        head = header(node.token())
        self.assertEqual((head["alg"], head["typ"]), ("EdDSA", "at+jwt"))
        token = node.token()
        node.stop()
        again = self.start(folders=node.folders)
        self.assertEqual(
            again.request("GET", "/cluster/status", token=token).status, 200, "a token outlives a restart"
        )

    def test_a_redis_that_is_not_there_is_no_matter(self):
        node = self.start(env={"REDIS_URL": "redis://127.0.0.1:1"})
        self.assertEqual(node.request("GET", "/readyz").status, 200)

    def test_the_secret_is_in_no_environment_and_in_no_log(self):
        node = self.start(env={"JWT_SECRET_KEY": SECRET})
        self.assertNotIn(SECRET, node.call("system/execute_command", {"command": "env"})["stdout"])
        try:
            with open(f"/proc/{node.pid}/environ", "rb") as file:
                self.assertNotIn(SECRET.encode(), file.read())
        except PermissionError:
            pass  # not even its own user may look
        self.assertNotIn(SECRET, node.log())
        self.assertNotIn(node.token(), node.log())


if __name__ == "__main__":
    harness.main()
