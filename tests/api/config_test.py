"""Where a node's settings come from, what they do, and how they change while it runs (setup.md, section 4)."""

import json
import os
import pathlib
import re
import signal
import subprocess
import unittest

import node as harness
from node import Folders, Node, run_program
from probe import PROBE
from tokens import SECRET
from wire import until

OTHER = "Zq3-nB8xV5kT1mW7yR2dL9cF4hJ6gSp0Ua_eYoIiPbXw"


class Case(unittest.TestCase):
    def setUp(self):
        self.folders = Folders()
        self.addCleanup(self.folders.close)
        self.file = self.folders.path / "p2p.toml"

    def put(self, text, file=None, mode=0o644):
        """In one step, as an editor does it: nobody reads half a file."""
        file = file or self.file
        aside = file.with_name(file.name + ".aside")
        aside.write_text(text)
        aside.chmod(mode)
        aside.rename(file)
        return file

    def start(self, *args, role="coordinator", verbose=False, **options):
        node = Node(role, args=args, folders=self.folders, verbose=verbose, **options)
        self.addCleanup(node.close)
        return node

    def configured(self, *args, **options):
        return self.start("--config", self.file, *args, **options)

    def program(self, *words, env=None):
        return run_program(self.folders, *words, env=env)

    def hangup(self, node):
        """SIGHUP, and until the node has said what came of it."""
        before = node.log().count("| Config |")
        node.signal(signal.SIGHUP)
        until(lambda: node.log().count("| Config |") > before or node.ended(), lambda: "read again\n" + node.log())

    def setting(self, node, key):
        return next(row for row in node.get("/config").json["keys"] if row["key"] == key)

    def posted(self, node, size):
        """The status of a request whose body has more than so many bytes."""
        return node.request("POST", "/auth/token", {"node_id": "x", "pad": "x" * size}).status


class Sources(Case):
    def test_a_flag_goes_before_a_variable_and_a_variable_before_the_file(self):
        self.put('[http]\nper_ip = 11\nmax_connections = 12\nidle_timeout = "13s"\n[node]\nid = "from-file"\n')
        node = self.configured(
            "--node-id", "from-flag", env={"P2P_HTTP_MAX_CONNECTIONS": "22", "P2P_NODE_ID": "from-variable"}
        )
        self.assertEqual(node.id, "from-flag")
        rows = {row["key"]: row for row in node.get("/config").json["keys"]}
        self.assertEqual((rows["http.per_ip"]["value"], rows["http.per_ip"]["origin"]), (11, f"{self.file}:2"))
        self.assertEqual(
            (rows["http.max_connections"]["value"], rows["http.max_connections"]["origin"]),
            (22, "env P2P_HTTP_MAX_CONNECTIONS"),
        )
        self.assertEqual((rows["http.idle_timeout"]["value"], rows["http.idle_timeout"]["default"]), ("13s", "1m"))
        self.assertEqual((rows["node.id"]["value"], rows["node.id"]["origin"]), ("from-flag", "flag --node-id"))
        self.assertEqual((rows["node.port"]["value"], rows["call.timeout"]["origin"]), (node.port, "default"))
        self.assertIn("| Config | flag --node-id, flag --port", node.log())
        self.assertIn(f"env P2P_HTTP_MAX_CONNECTIONS, file {self.file} (2 keys), rest defaults", node.log())

    def test_a_variable_may_name_the_file(self):
        self.put('[node]\ntags = { zone = "a" }\nadvertise = "web-1:9001"\n')
        node = self.start(env={"P2P_CONFIG": str(self.file)})
        shown = node.get("/cluster/nodes").json["nodes"][0]
        self.assertEqual((shown["tags"], shown["address"], shown["port"]), ({"zone": "a"}, "web-1", 9001))

    def test_what_is_set_has_its_effect(self):
        self.put(
            f"""
            [node]
            drain_timeout = "300ms"
            [services]
            watch = false
            [auth]
            token_ttl = "90s"
            [http]
            header_timeout = "1s"
            [call]
            timeout = "200ms"
            json_depth = 8
            json_members = 100
            [audit]
            file = "{self.folders.path}/audit.jsonl"
            [log]
            file = "{self.folders.path}/node.log"
            format = "json"
            level = "debug"
            """
        )
        node = self.configured(services={"probe": PROBE})
        issued = node.request("POST", "/auth/token", {"node_id": "client"}).json
        self.assertEqual(issued["expires_in"], 90)
        slow = node.rpc("probe/nap", {"ms": 20000})
        self.assertEqual((slow.status, slow.code), (504, "timeout"), slow)
        self.assertEqual(node.rpc("probe/echo", {"value": [[[[[[[[[1]]]]]]]]]}).code, "parse_error")
        self.assertEqual(node.rpc("probe/echo", {"value": list(range(200))}).code, "parse_error")
        self.assertEqual(node.get("/methods/probe/nap").json["timeout_ms"], 200)
        with node.connect() as wire:
            wire.send(b"GET / HTTP/1.1\r\n")
            self.assertIn(b" 408 ", wire.rest())
        lines = (self.folders.path / "node.log").read_text().splitlines()
        self.assertTrue(all(json.loads(line)["level"] for line in lines))
        self.assertTrue(any(json.loads(line)["level"] == "DEBUG" for line in lines))
        self.assertEqual(node.log(), "", "nothing goes to stderr once there is a file")
        self.assertEqual(node.stop(), 0)
        self.assertIn("node.start", (self.folders.path / "audit.jsonl").read_text())
        self.assertFalse((self.folders.state / "nodes" / str(node.port) / "audit.jsonl").exists())

    def test_a_folder_that_is_not_watched_waits_for_the_scan(self):
        self.put('[services]\nwatch = false\nscan_interval = "1s"\n')
        node = self.configured()
        node.folders.put("probe", PROBE)
        self.assertEqual(node.wait_call("probe/echo", {"value": 7}), 7)

    def test_a_worker_that_finds_no_coordinator_in_time_ends_with_3(self):
        self.put('[join]\ncoordinators = ["127.0.0.1:1"]\ntimeout = "200ms"\n')
        code, _, err = self.program(
            "worker", "--config", self.file, "--port", 0, "--state-dir", self.folders.state, "--services-dir", "none"
        )
        self.assertEqual(code, 3, err)
        self.assertIn("no coordinator answered within 200ms (join.timeout)", err)
        self.assertIn("127.0.0.1:1", err)

    def test_a_page_that_is_named_may_call_from_a_browser_and_no_other(self):
        self.put('[http]\nallowed_origins = ["https://admin.example"]\n')
        node = self.configured()
        asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        ours, other = {"Origin": "https://admin.example"}, {"Origin": "https://evil.example"}
        before = node.request("OPTIONS", "/rpc/system/ping", headers={**ours, **asking})
        self.assertEqual((before.status, before.body), (204, b""))
        self.assertEqual(before.headers["access-control-allow-origin"], "https://admin.example")
        self.assertIn("Authorization", before.headers["access-control-allow-headers"])
        self.assertEqual(node.request("OPTIONS", "/rpc/system/ping", headers={**other, **asking}).status, 405)
        for path, status in (("/health", 200), ("/nothing", 404), ("/cluster/nodes", 401)):
            answer = node.request("GET", path, headers=ours)
            self.assertEqual(answer.status, status)
            self.assertEqual(answer.headers["access-control-allow-origin"], "https://admin.example", path)
            self.assertEqual(answer.headers["vary"], "Origin")
            self.assertNotIn("access-control-allow-origin", node.request("GET", path, headers=other).headers)
        token = node.token()
        called = node.request("POST", "/rpc/system/get_system_info", {"params": {}}, token, headers=ours)
        self.assertEqual((called.status, called.headers["access-control-allow-origin"]), (200, "https://admin.example"))
        self.assertNotIn("access-control-allow-credentials", called.headers)
        self.assertEqual(node.request("POST", "/auth/token", {"node_id": "x"}, headers=ours).status, 401, "no local trust")

    def test_metrics_can_be_hidden(self):
        node = self.start(env={"P2P_METRICS_ENABLED": "no"})
        answer = node.request("GET", "/metrics")
        self.assertEqual((answer.status, answer.code), (404, "not_found"))

    def test_a_calls_time_is_the_methods_own_where_it_has_one(self):
        node = self.start(env={"P2P_CALL_TIMEOUT": "100ms"})
        done = node.call("system/execute_command", {"command": "sleep 0.4; echo awake"})
        self.assertEqual(done["stdout"].strip(), "awake")


class Reload(Case):
    def test_sighup_changes_the_log_level_and_the_limits_of_a_running_node(self):
        self.put("[http]\nmax_body = 2048\n")
        node = self.configured(services={"probe": PROBE})
        self.assertEqual(self.posted(node, 3000), 413)
        self.assertNotIn("| DEBUG |", node.log())
        self.put(
            '[http]\nmax_body = "8KiB"\n[log]\nlevel = "debug"\n[call]\ntimeout = "150ms"\nmax_in_flight = 1\n'
            '[node]\ntags = { zone = "b" }\n'
        )
        self.hangup(node)
        node.wait_log('http.max_body is "8KiB" now, was "2KiB"')
        node.wait_log('log.level is "debug" now, was "info"')
        self.assertEqual(self.posted(node, 3000), 200)
        self.assertEqual(self.posted(node, 9000), 413)
        self.assertIn("| DEBUG |", node.log())
        self.assertEqual(node.rpc("probe/nap", {"ms": 20000}).code, "timeout")
        self.assertEqual(node.get("/cluster/nodes").json["nodes"][0]["tags"], {"zone": "b"})
        self.assertEqual(self.setting(node, "http.max_body")["origin"], f"{self.file}:2")
        self.put("")
        self.hangup(node)
        node.wait_log('log.level is "info" now, was "debug" (default)')
        self.assertEqual(self.posted(node, 9000), 200)
        self.assertEqual(node.get("/cluster/nodes").json["nodes"][0]["tags"], {})
        acts = [record["object"] for record in node.audit() if record["action"] == "config.reload"]
        self.assertIn('http.max_body = "8KiB"', acts)

    def test_a_bound_on_calls_at_once_holds_from_then_on(self):
        self.put("")
        node = self.configured(services={"probe": PROBE})
        self.put("[call]\nmax_in_flight = 1\n")
        self.hangup(node)
        token = node.token()
        with node.connect() as wire:
            body = b'{"params":{"ms":20000}}'
            wire.send(
                b"POST /rpc/probe/nap HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (node.port, token.encode(), len(body), body)
            )
            until(lambda: node.metric("p2p_service_value", service="probe", name="napping") > 0, "the call runs")
            refused = node.rpc("probe/echo", {"value": 1})
            self.assertEqual((refused.status, refused.code), (503, "overloaded"))
            self.assertIn("retry-after", refused.headers)

    def test_what_the_built_in_service_may_do_changes_too(self):
        self.put("[system]\nexecute = false\n")
        node = self.configured()
        missing = node.rpc("system/execute_command", {"command": "true"})
        self.assertEqual((missing.status, missing.code), (404, "method_not_found"))
        self.assertNotIn("system/execute_simple_test", [row["method"] for row in node.get("/methods").json["methods"]])
        self.put("[system]\noutput_max = 1024\n")
        self.hangup(node)
        done = node.wait_call("system/execute_command", {"command": "yes | head -c 5000"})
        self.assertTrue(done["stdout_truncated"])
        self.assertEqual(len(done["stdout"]), 1024)
        self.put('[system]\nexecute_timeout_max = "1s"\nprocesses_kill = "none"\n')
        self.hangup(node)
        until(lambda: self.setting(node, "system.processes_kill")["value"] == "none", "it was read")
        with subprocess.Popen(["sleep", "60"]) as ours:
            self.addCleanup(ours.kill)
            until(
                lambda: node.rpc("system/execute_command", {"command": "true", "timeout": 2}).status == 422,
                "the service has the new settings",
            )
            refused = node.rpc("system/terminate_process", {"pid": ours.pid})
            self.assertEqual((refused.status, refused.code), (403, "forbidden"), refused)
            self.assertIsNone(ours.poll())
            ours.kill()

    def test_a_wrong_file_changes_nothing_and_is_told_with_its_places(self):
        self.put("[http]\nmax_body = 2048\n")
        node = self.configured()
        self.put('[http]\nmax_body = "8KiB"\nper_ipp = 1\n[log]\nlevel = "loud"\n')
        self.hangup(node)
        node.wait_log("nothing is changed")
        self.assertIn(f"ERROR | Config | {self.file}:3:1: unknown key 'http.per_ipp'", node.log())
        self.assertIn(f'ERROR | Config | {self.file}:5:9: log.level = "loud" must be one of', node.log())
        self.assertEqual(self.posted(node, 3000), 413)
        self.file.unlink()
        self.hangup(node)
        self.assertIn(f"{self.file}: there is no such file", node.log())
        self.put('[http]\nmax_body = "8KiB"\n')
        self.hangup(node)
        node.wait_log("http.max_body is")
        self.assertEqual(self.posted(node, 3000), 200)

    def test_a_key_that_needs_a_restart_is_named_and_shown(self):
        self.put("")
        node = self.configured("--services-dir", self.folders.services)
        self.put('[node]\nport = 1\nthreads = 2\n[auth]\ntoken_ttl = "2h"\n')
        self.hangup(node)
        node.wait_log('auth.token_ttl would be "2h" now, but stays "24h" until a restart')
        self.assertNotIn("node.port would be", node.log(), "the flag goes first")
        row = self.setting(node, "auth.token_ttl")
        self.assertEqual((row["value"], row["after_restart"]), ("24h", '"2h"'))
        self.assertEqual(self.setting(node, "node.threads")["after_restart"], "2")
        self.put("")
        self.hangup(node)
        until(lambda: "after_restart" not in self.setting(node, "auth.token_ttl"), "it was taken back")

    def test_flags_and_variables_still_go_first_after_it(self):
        self.put("")
        node = self.configured("--log-level", "warn", env={"P2P_HTTP_MAX_BODY": "2KiB"})
        self.put('[log]\nlevel = "debug"\n[http]\nmax_body = "8KiB"\nper_ip = 3\n')
        node.signal(signal.SIGHUP)
        until(lambda: self.setting(node, "http.per_ip")["value"] == 3, "it was read")
        self.assertEqual(self.setting(node, "log.level")["value"], "warn")
        self.assertEqual(self.posted(node, 3000), 413)
        self.assertEqual(self.setting(node, "log.level")["origin"], "flag --log-level")

    def test_a_target_by_tag_meets_the_tags_of_now(self):
        self.put('node.tags = { disk = "ssd" }\n')
        node = self.configured()

        def ping(tag):
            return node.rpc("system/ping", target="tag:" + tag).status

        self.assertEqual([ping("disk=ssd"), ping("disk"), ping("disk=hdd")], [200, 200, 404])
        self.put('node.tags = { disk = "hdd" }\n')
        self.hangup(node)
        until(lambda: ping("disk=hdd") == 200, "the new tag is met")
        self.assertEqual(ping("disk=ssd"), 404)

    def test_the_log_file_is_opened_anew(self):
        log = self.folders.path / "node.log"
        self.put(f'[log]\nfile = "{log}"\n')
        node = self.configured()
        log.rename(self.folders.path / "node.log.1")
        node.signal(signal.SIGHUP)
        until(lambda: log.exists() and "nothing has changed" in log.read_text(), "the new file has lines")
        self.put(f'[log]\nfile = "{self.folders.path}/no/such/folder/log"\n')
        node.signal(signal.SIGHUP)
        until(lambda: "cannot open the log file" in log.read_text(), "it stays where it is")

    def test_a_storm_of_signals_is_survived(self):
        self.put("")
        node = self.configured()
        for i in range(300):
            self.put(f"[http]\nper_ip = {i + 1}\n")
            node.signal(signal.SIGHUP)
        until(lambda: self.setting(node, "http.per_ip")["value"] == 300, "the last one counts")
        self.assertEqual(node.stop(), 0)


class Secrets(Case):
    def secret_is_nowhere(self, node, *words):
        shown = [node.log(), node.request("GET", "/config", token=node.token()).body.decode()]
        shown.append(pathlib.Path(f"/proc/{node.pid}/cmdline").read_text())
        for text in shown:
            for word in words:
                self.assertNotIn(word, text)

    def test_they_are_in_no_answer_and_in_no_line(self):
        node = self.start(env={"JWT_SECRET_KEY": SECRET, "REDIS_URL": "redis://user:geheim@localhost/1"}, verbose=True)
        self.assertEqual(self.setting(node, "auth.secret_file")["value"], f"(set, {len(SECRET)} characters)")
        self.assertEqual(self.setting(node, "auth.secret_file")["origin"], "env JWT_SECRET_KEY")
        self.assertEqual(self.setting(node, "cache.redis_url")["value"], "redis://user:***@localhost/1")
        node.signal(signal.SIGHUP)
        node.wait_log("nothing has changed")
        self.secret_is_nowhere(node, SECRET, "geheim")
        code, out, err = self.program("config", "show", "--origin", env={"JWT_SECRET_KEY": SECRET})
        self.assertEqual(code, 0, err)
        self.assertNotIn(SECRET, out + err)
        self.assertRegex(out, r"auth.secret_file = \(set, 43 characters\) +# env JWT_SECRET_KEY\n")

    def test_services_do_not_see_them(self):
        node = self.start(env={"JWT_SECRET_KEY": SECRET, "REDIS_URL": "redis://user:geheim@localhost"})
        seen = node.call("system/execute_command", {"command": "env; cat /proc/$PPID/environ 2>/dev/null | tr '\\0' '\\n'"})
        self.assertNotIn(SECRET, json.dumps(seen))
        self.assertNotIn("geheim", json.dumps(seen))

    def test_a_file_that_the_settings_name_may_hold_it(self):
        secret = self.put(SECRET + "\n", self.folders.path / "secret", 0o600)
        self.put(f'[auth]\nsecret_file = "{secret}"\n')
        node = self.configured()
        token = node.token()
        self.assertEqual(self.setting(node, "auth.secret_file")["origin"], f"{self.file}:2")
        node.stop()
        other = self.start(env={"JWT_SECRET_KEY": SECRET})
        self.assertEqual(other.request("GET", "/cluster/nodes", token=token).status, 200)
        self.secret_is_nowhere(other, SECRET)

    def test_the_secret_before_verifies_while_it_is_changed(self):
        first = self.start(env={"JWT_SECRET_KEY": SECRET})
        token = first.token()
        first.stop()
        second = self.start(env={"JWT_SECRET_KEY": OTHER, "JWT_SECRET_KEY_PREVIOUS": SECRET})
        self.assertEqual(second.request("GET", "/cluster/nodes", token=token).status, 200)
        second.stop()
        third = self.start(env={"JWT_SECRET_KEY": OTHER})
        self.assertEqual(third.request("GET", "/cluster/nodes", token=token).status, 401)

    def test_only_an_admin_sees_the_settings(self):
        node = self.start()
        self.assertEqual(node.request("GET", "/config").status, 401)
        for role in ("viewer", "operator"):
            self.assertEqual(node.get("/config", role=role).status, 403)
        self.assertEqual(node.get("/config?x=1").status, 400)


class Refusals(Case):
    def refused(self, *words, code=78, env=None):
        got, out, err = self.program(
            "coordinator", "--port", 0, "--state-dir", self.folders.state, *words, env=env
        )
        self.assertEqual(got, code, out + err)
        return err

    def test_a_node_with_a_wrong_file_does_not_start_and_tells_every_mistake(self):
        self.put('[http]\nmax_body = "99MiB"\nmax_bodi = 1\n[gossip]\ninterval = "3s"\n')
        err = self.refused("--config", self.file)
        self.assertIn("the configuration has 3 mistakes", err)
        self.assertIn(f'{self.file}:2:12: http.max_body = "99MiB" must be a size from 1KiB to 16MiB', err)
        self.assertIn(f"{self.file}:3:1: unknown key 'http.max_bodi'; did you mean 'http.max_body'?", err)
        self.assertIn(f"{self.file}:5:1: gossip.interval has no meaning before nodes can join one another", err)
        self.assertIn(f"p2p_admin config check --config {self.file}\n", err)

    def test_a_wrong_variable_is_78_and_a_wrong_flag_is_2(self):
        self.assertIn("P2P_LOG_LEVEL=loud: must be one of", self.refused(env={"P2P_LOG_LEVEL": "loud"}))
        err = self.refused("--threads", "many", code=2)
        self.assertIn("--threads many: must be a whole number from 1 to 64", err)

    def test_modes_that_let_others_in_are_refused_with_the_line_that_repairs_them(self):
        self.put("", mode=0o666)
        self.assertIn(f"chmod go-w {self.file}", self.refused("--config", self.file))
        secret = self.put(SECRET, self.folders.path / "secret", 0o644)
        err = self.refused(env={"JWT_SECRET_KEY_FILE": str(secret)})
        self.assertIn(f"chmod 600 {secret}", err)
        self.assertNotIn(SECRET, err)
        self.put('[cache]\nredis_url = "redis://u:geheim@h"\n')
        err = self.refused("--config", self.file)
        self.assertIn(f"chmod o-r {self.file}", err)
        self.assertNotIn("geheim", err)

    def test_a_log_file_that_cannot_be_opened_is_a_refusal(self):
        self.assertIn("/no/such/folder", self.refused("--log-file", "/no/such/folder/log"))

    def test_a_pipe_in_place_of_a_file_does_not_hang_the_start(self):
        os.mkfifo(self.file)
        self.assertIn("is no regular file", self.refused("--config", self.file))


class Verbs(Case):
    def test_check_tells_every_mistake_and_ends_with_2(self):
        self.put("[http]\nmax_body = = 1\n")
        code, out, err = self.program("config", "check", self.file)
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(err, f"{self.file}:2:12: a value is expected here; texts stand in quotes\n")
        self.put("[gosip]\ninterval = 3\n[node]\naddress = \"10.0.0.1\"\n")
        code, _, err = self.program("config", "check", self.file)
        self.assertEqual(code, 2)
        self.assertEqual(err, f"{self.file}:2:1: unknown key 'gosip.interval'; did you mean 'gossip.interval'?\n")
        self.put("[node]\naddress = \"10.0.0.1\"\n")
        code, _, err = self.program("config", "check", self.file)
        self.assertEqual(code, 2, err)
        self.assertIn("10.0.0.1 is not a loopback address", err)
        code, _, err = self.program("config", "check", env={"P2P_NODE_PORT": "x"})
        self.assertEqual((code, err), (2, "P2P_NODE_PORT=x: must be a whole number from 0 to 65535\n"))
        code, out, _ = self.program("config", "check", self.file, "-o", "json")
        self.assertEqual((code, json.loads(out)["error"]["code"]), (2, "invalid_params"))

    def test_show_gives_one_a_section_or_all(self):
        self.put('[node]\ntags = { zone = "a" }\n')
        code, out, _ = self.program("config", "show", "node", "--origin", "--config", self.file)
        self.assertEqual(code, 0)
        self.assertRegex(out, r'node\.tags = \{ zone = "a" \} +# ' + re.escape(f"{self.file}:2") + "\n")
        self.assertRegex(out, r"node\.threads = 1 +# default\n")
        self.assertNotIn("http.", out)
        self.assertEqual(self.program("config", "show", "http.max_body")[1], "1MiB\n")
        code, _, err = self.program("config", "show", "http.max_bodi")
        self.assertEqual(code, 5)
        self.assertIn("did you mean 'http.max_body'?", err)
        shown = json.loads(self.program("config", "show", "-o", "json")[1])
        self.assertEqual(shown["total"], len(shown["keys"]))
        node = self.start()
        self.assertEqual([row["key"] for row in node.get("/config").json["keys"]], [row["key"] for row in shown["keys"]])

    def test_init_writes_a_file_that_changes_nothing_and_replaces_none(self):
        code, _, err = self.program("config", "init", "--config", self.file)
        self.assertEqual(code, 0, err)
        self.assertEqual(self.program("config", "check", self.file)[0], 0)
        self.assertEqual(self.program("config", "show")[1], self.program("config", "show", "--config", self.file)[1])
        self.put("[http]\nper_ip = 3\n")
        code, _, err = self.program("config", "init", "--config", self.file)
        self.assertEqual(code, 1)
        self.assertIn("is there already", err)
        self.assertEqual(self.file.read_text(), "[http]\nper_ip = 3\n")
        self.assertEqual(self.program("config", "init", "--force", "--config", self.file)[0], 0)
        self.assertIn("#per_ip = 256", self.file.read_text())
        self.assertEqual([p.name for p in self.folders.path.iterdir() if p.name.startswith("p2p.toml")], ["p2p.toml"])
        code, _, err = self.program("config", "init", "--config", "/no/such/folder/p2p.toml")
        self.assertNotEqual(code, 0)
        self.assertIn("/no/such/folder/p2p.toml cannot be written", err)

    def test_path_names_the_files_that_are_read(self):
        self.put("")
        code, out, err = self.program("config", "path", "--config", self.file)
        self.assertEqual(code, 0)
        self.assertEqual(out.splitlines()[0], str(self.file))
        self.assertIn("/etc/p2p_admin/config.toml", out + err)


if __name__ == "__main__":
    harness.main()
