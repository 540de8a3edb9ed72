"""Who may: tokens, roles, local trust, the audit log, and what keeps a node from starting (security.md, stage 1)."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import resource
import socket
import stat
import subprocess
import sys
import time
import unittest

import node as harness
from node import LOOP, Folders, Node, NodeCase, run_program, until
from probe import PROBE

SECRET = "kX7-vQ2mZ9tLw4RbN8sYc3HdJ6gFp1Ua5eTo0iBqVnM"
NOBODY = 65534


def encode(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def hs256(header, claims, secret):
    text = f"{encode(header)}.{encode(claims)}"
    return f"{text}.{encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


class TokenAttacks(NodeCase):
    """A few, end to end, against a node with keys of its own; the whole corpus is a unit test."""

    def refused(self, token, reason=""):
        for path in ("/cluster/status", "/debug/registry"):
            answer = self.node.request("GET", path, token=token)
            self.assertError(answer, 401, "unauthenticated", -32001)
            self.assertIn('error="invalid_token"', answer.headers["www-authenticate"])
            self.assertIn(reason, answer.json["detail"])
        self.assertEqual(self.node.request("POST", "/rpc/system/ping", {}, token).status, 401)

    def parts(self):
        head, claims, signature = self.node.token().split(".")
        return decode(head), decode(claims), signature

    def test_garbage_is_refused(self):
        for token in ("garbage", "a.b.c", "..", self.node.token() + "x", self.node.token()[:-2], "x" * 9000):
            self.refused(token) if len(token) < 8000 else self.assertIn(self.node.request("GET", "/cluster/status", token=token).status, (401, 431))

    def test_alg_none_in_any_case_is_refused(self):
        head, claims, signature = self.parts()
        for alg in ("none", "None", "NONE", ""):
            for end in ("", signature):
                self.refused(f"{encode({**head, 'alg': alg})}.{encode(claims)}.{end}")

    def test_the_public_key_is_no_hmac_secret(self):
        head, claims, _ = self.parts()
        for path in (self.node.folders.state / "jwt").iterdir():
            self.refused(hs256({**head, "alg": "HS256"}, claims, path.read_bytes()))
            self.refused(hs256({**head, "alg": "HS256"}, claims, path.read_bytes().strip()))

    def test_a_known_default_secret_signs_nothing(self):
        head, claims, _ = self.parts()
        self.refused(hs256({"alg": "HS256", "typ": "JWT"}, claims, b"your-super-secret-key-change-this-in-production"))

    def test_changed_claims_are_refused(self):
        head, claims, signature = self.parts()
        self.refused(f"{encode(head)}.{encode({**claims, 'role': 'admin', 'sub': 'root'})}.{signature}")

    def test_a_kid_is_looked_up_and_never_opened(self):
        head, claims, signature = self.parts()
        for kid in ("../../../../dev/null", "' OR 1=1", "x" * 65, ""):
            self.refused(f"{encode({**head, 'kid': kid})}.{encode(claims)}.{signature}")

    def test_a_token_of_another_cluster_is_refused_with_that_reason(self):
        other = Node(services={})
        self.addCleanup(other.close)
        self.refused(other.token())

    def test_a_token_in_the_url_is_refused(self):
        answer = self.node.request("GET", "/cluster/nodes?access_token=" + self.node.token())
        self.assertIn(answer.status, (400, 401))
        self.assertEqual(self.node.get("/cluster/nodes?access_token=x").status, 400)

    def test_two_authorization_headers_are_refused(self):
        with self.node.connect() as wire:
            token = self.node.token()
            wire.send(f"GET /cluster/status HTTP/1.1\r\nHost: 127.0.0.1:{self.node.port}\r\nAuthorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            self.assertEqual(wire.answer().status, 401)

    def test_another_scheme_than_bearer_is_refused_and_its_case_is_no_matter(self):
        token = self.node.token()
        self.assertEqual(self.node.request("GET", "/cluster/status", headers={"Authorization": "Basic " + token}).status, 401)
        self.assertEqual(self.node.request("GET", "/cluster/status", headers={"Authorization": "bEaReR " + token}).status, 200)

    def test_an_expired_token_is_refused_with_its_age(self):
        token = self.node.request("POST", "/auth/token", {"node_id": "short", "ttl_seconds": 1}).json["access_token"]
        claims = decode(token.split(".")[1])
        self.assertEqual(claims["exp"] - claims["iat"], 1)
        # The leeway of 30 s makes its end too long to wait for: see HmacTokens and the unit tests.


class HmacTokens(NodeCase):
    """With JWT_SECRET_KEY a test can sign what it likes."""

    options = {"env": {"JWT_SECRET_KEY": SECRET}}

    def signed(self, header=None, **changes):
        head, claims = (decode(part) for part in self.node.token().split(".")[:2])
        claims = {k: v for k, v in {**claims, **changes}.items() if v is not None}
        return hs256({**head, **(header or {})}, claims, SECRET.encode())

    def status(self, token):
        return self.node.request("GET", "/cluster/status", token=token)

    def test_a_well_signed_token_is_taken(self):
        self.assertEqual(self.status(self.signed(sub="made-elsewhere")).status, 200)

    def test_an_expired_token_says_how_long_ago(self):
        now = int(time.time())
        answer = self.status(self.signed(iat=now - 3700, nbf=now - 3700, exp=now - 100))
        self.assertEqual(answer.status, 401)
        self.assertRegex(answer.headers["www-authenticate"], r'error_description="expired \d+ s ago"')

    def test_a_token_from_the_future_or_for_too_long_is_refused(self):
        now = int(time.time())
        for changes in ({"nbf": now + 600}, {"iat": now + 600, "exp": now + 700}, {"exp": now + 90000}, {"exp": now + 10**12}):
            self.assertEqual(self.status(self.signed(**changes)).status, 401, changes)

    def test_each_claim_is_needed(self):
        for claim in ("iss", "aud", "sub", "iat", "nbf", "exp", "jti"):
            self.assertEqual(self.status(self.signed(**{claim: None})).status, 401, claim)

    def test_issuer_and_audience_are_compared(self):
        self.assertEqual(self.status(self.signed(iss="p2p://" + "0" * 32)).status, 401)
        self.assertEqual(self.status(self.signed(aud="p2p-peers")).status, 401)

    def test_another_key_signs_nothing(self):
        head, claims = (decode(part) for part in self.node.token().split(".")[:2])
        self.assertEqual(self.status(hs256(head, claims, SECRET[::-1].encode())).status, 401)

    def test_headers_that_bring_keys_are_refused(self):
        for header in ({"jku": "http://127.0.0.1/"}, {"jwk": {}}, {"x5u": "http://x/"}, {"x5c": []}, {"crit": ["exp"]}, {"zip": "DEF"}):
            self.assertEqual(self.status(self.signed(header)).status, 401, header)

    def test_members_that_stand_twice_are_refused(self):
        head, claims = (decode(part) for part in self.node.token().split(".")[:2])
        twice = json.dumps(claims)[:-1] + ',"role":"admin"}'
        self.assertEqual(self.status(hs256(head, twice.encode(), SECRET.encode())).status, 401)

    def test_a_token_without_a_role_or_with_an_unknown_one_has_no_rights(self):
        for role in (None, "king"):
            self.assertIn(self.status(self.signed(role=role)).status, (401, 403), role)


# Every route: verb, path, who may use it ("open", or the least role; methods of the probe below). A route that is not
# here fails test_the_list_is_whole.
ROUTES = [
    ("GET", "/", "open"), ("GET", "/health", "open"), ("GET", "/livez", "open"), ("GET", "/readyz", "open"),
    ("GET", "/errors/timeout", "open"), ("GET", "/metrics", "open"),
    ("GET", "/cluster/status", "viewer"), ("GET", "/cluster/nodes", "viewer"), ("GET", "/cluster/nodes/{self}", "viewer"),
    ("GET", "/local/services", "viewer"), ("GET", "/local/services/system", "viewer"), ("GET", "/services", "viewer"),
    ("GET", "/methods", "viewer"), ("GET", "/methods/system/ping", "viewer"), ("GET", "/debug/registry", "operator"),
    ("POST", "/rpc/probe/echo", "viewer"), ("POST", "/rpc/probe.echo", "viewer"), ("POST", "/local/call/probe/echo", "viewer"),
    ("POST", "/rpc/probe/operate", "operator"), ("POST", "/rpc/probe.operate", "operator"), ("POST", "/local/call/probe/operate", "operator"),
    ("POST", "/rpc/probe/rule", "admin"), ("POST", "/rpc/probe.rule", "admin"), ("POST", "/local/call/probe/rule", "admin"),
    ("POST", "/rpc/system/execute_command", "admin"),
]
BODIES = {"/rpc/system/execute_command": {"params": {"command": "true"}}}
RANK = {"open": 0, "viewer": 1, "operator": 2, "admin": 3}


class Matrix(NodeCase):
    services = {"probe": PROBE}

    def callers(self):
        """name -> (token, rank)"""
        yield "none", None, 0
        yield "garbage", "garbage", 0
        yield "alg none", f'{encode({"alg": "none"})}.{self.node.token().split(".")[1]}.', 0
        for role in ("viewer", "operator", "admin"):
            yield role, self.node.token(role), RANK[role]

    def test_every_route_with_every_caller(self):
        for name, token, rank in self.callers():
            for verb, path, least in ROUTES:
                with self.subTest(caller=name, route=f"{verb} {path}"):
                    body = BODIES.get(path, {}) if verb == "POST" else None
                    answer = self.node.request(verb, path.replace("{self}", self.node.id), body, token)
                    wanted = 200 if least == "open" or rank >= RANK[least] else 401 if rank == 0 else 403
                    self.assertEqual(answer.status, wanted, answer)
                    self.assertEqual("www-authenticate" in answer.headers, wanted == 401)

    def test_head_is_as_protected_as_get(self):
        for name, token, rank in self.callers():
            for verb, path, least in ROUTES:
                if verb == "GET" and least != "open":
                    answer = self.node.request("HEAD", path.replace("{self}", self.node.id), None, token)
                    self.assertEqual(answer.status, 200 if rank >= RANK[least] else 401 if rank == 0 else 403, (name, path))
                    self.assertEqual(answer.body, b"")

    def test_strict_rpc_needs_a_token_and_authorizes_each_call(self):
        for name, token, rank in self.callers():
            for method, least in (("probe/echo", "viewer"), ("probe/operate", "operator"), ("probe/rule", "admin")):
                answer = self.node.request("POST", "/rpc", {"jsonrpc": "2.0", "method": method, "id": 1}, token)
                if rank == 0:
                    self.assertEqual(answer.status, 401, name)
                else:
                    code = answer.json["error"]["data"]["code"] if "error" in answer.json else None
                    self.assertEqual((answer.status, code), (200, None if rank >= RANK[least] else "forbidden"), (name, method))

    def test_what_is_not_public_is_for_nobody(self):
        for name, token, rank in self.callers():
            for path in ("/rpc/probe/hidden", "/local/call/probe/hidden"):
                self.assertEqual(self.node.request("POST", path, {}, token).status, 404 if rank else 401, (name, path))

    def test_routes_of_later_stages_do_not_exist(self):
        for verb, path in (("GET", "/audit"), ("GET", "/config"), ("POST", "/admin/broadcast"), ("POST", "/internal/gossip/exchange"),
                           ("POST", "/auth/revoke"), ("POST", "/admin/join-tokens"), ("GET", "/docs/../debug/registry"), ("GET", "//debug/registry")):
            self.assertEqual(self.node.request(verb, path, {} if verb == "POST" else None, self.node.token()).status, 404, path)

    def test_the_list_is_whole(self):
        source = pathlib.Path(__file__).parents[2] / "src/auth/policy.cpp"
        patterns = set(re.findall(r'"(/[^"\s]*)"', source.read_text()))
        self.assertGreater(len(patterns), 15)
        fits = [re.compile(re.sub(r"\{[^}]*\}", "[^/]+", pattern) + "$") for pattern in patterns]
        for pattern in patterns - {"/rpc", "/auth/token"}:
            shape = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(pattern)) + "$")
            self.assertTrue(any(shape.match(path) for _, path, _ in ROUTES), f"{pattern} is not walked")
        for _, path, _ in ROUTES:
            self.assertTrue(any(fit.match(path) for fit in fits), path)

    def test_a_viewer_reaches_no_admin_method_through_a_service(self):
        answer = self.node.rpc("probe/ask", {"service": "probe", "method": "rule"}, role="viewer")
        self.assertError(answer, 403, "forbidden", -32002)
        self.assertEqual(self.node.call("probe/ask", {"service": "probe", "method": "rule"}), "ruled")

    def test_a_service_reaches_methods_that_are_not_public(self):
        self.assertEqual(self.node.call("probe/ask", {"service": "probe", "method": "hidden"}, role="operator"), "seen")


class Narrower(NodeCase):
    """Tokens that ask for less."""

    services = {"probe": PROBE}

    def ask(self, body, **more):
        return self.node.request("POST", "/auth/token", body, **more)

    def test_a_role_can_be_asked_for(self):
        self.assertEqual(self.ask({"node_id": "v", "role": "viewer"}).json["role"], "viewer")

    def test_a_viewers_token_gets_only_a_viewers_token(self):
        viewer = self.node.token("viewer")
        self.assertEqual(self.ask({"node_id": "client"}, token=viewer).json["role"], "viewer")
        self.assertError(self.ask({"node_id": "client", "role": "admin"}, token=viewer), 403, "forbidden")
        self.assertError(self.ask({"node_id": "other"}, token=viewer), 403, "forbidden")

    def test_an_admins_token_gets_one_for_anybody(self):
        answer = self.ask({"node_id": "bob", "role": "operator"}, token=self.node.token())
        self.assertEqual((answer.json["role"], answer.json["trust"]), ("operator", "token"))

    def test_a_wrong_credential_is_refused_even_where_none_is_needed(self):
        self.assertError(self.ask({"node_id": "client"}, token="garbage"), 401, "unauthenticated")

    def test_scopes_narrow_a_role(self):
        token = self.ask({"node_id": "s", "scopes": ["rpc:probe/echo"]}).json["access_token"]
        self.assertEqual(self.node.request("POST", "/rpc/probe/echo", {}, token).status, 200)
        self.assertError(self.node.request("POST", "/rpc/probe/add", {"params": [1]}, token), 403, "forbidden")
        self.assertError(self.node.request("GET", "/cluster/status", token=token), 403, "forbidden")

    def test_node_id_is_required(self):
        for body in ({}, {"node_id": ""}, {"node_id": None}):
            answer = self.ask(body)
            self.assertError(answer, 400, "invalid_request")
            self.assertEqual(answer.json["detail"], "node_id required")

    def test_wrong_wishes_are_invalid_params(self):
        for wish in ({"node_id": 5}, {"node_id": "x", "role": "king"}, {"node_id": "x", "ttl_seconds": 86401}, {"node_id": "x", "ttl_seconds": 0},
                     {"node_id": "x" * 129}, {"node_id": "x", "scopes": "all"}):
            self.assertError(self.ask(wish), 422, "invalid_params")

    def test_no_answer_about_tokens_is_stored(self):
        for body in ({"node_id": "x"}, {}):
            self.assertEqual(self.ask(body).headers["cache-control"], "no-store")


class LocalTrust(NodeCase):
    """The six conditions under which a token needs no secret."""

    def ask(self, headers=None, **more):
        return self.node.request("POST", "/auth/token", b'{"node_id":"client"}', headers={"Content-Type": "application/json", **(headers or {})}, **more)

    def refused(self, headers, names):
        answer = self.ask(headers)
        self.assertError(answer, 401, "unauthenticated")
        self.assertIn(names, answer.json["hint"])
        self.assertNotIn("access_token", answer.json)

    def test_all_conditions_met(self):
        self.assertEqual(self.ask().status, 200)
        for host in (f"127.0.0.1:{self.node.port}", f"localhost:{self.node.port}", f"[::1]:{self.node.port}", f"LOCALHOST:{self.node.port}"):
            self.assertEqual(self.ask({"Host": host}).status, 200, host)

    def test_a_foreign_host_is_wrong_on_every_route(self):
        for host in ("example.org", "127.0.0.1", "localhost", f"evil.example:{self.node.port}", f"127.0.0.1:{self.node.port + 1}",
                     f"127.0.0.1.evil.example:{self.node.port}", f"127.0.0.2:{self.node.port}", "", f"user@127.0.0.1:{self.node.port}"):
            for verb, path in (("POST", "/auth/token"), ("GET", "/health"), ("POST", "/rpc/system/ping")):
                answer = self.node.request(verb, path, b"{}" if verb == "POST" else None, headers={"Host": host})
                self.assertIn(answer.status, (421, 400) if host in ("", f"user@127.0.0.1:{self.node.port}") else (421,), (host, path))

    def test_a_foreign_origin(self):
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{self.node.port + 1}", f"http://evil.example:{self.node.port}"):
            self.refused({"Origin": origin}, "Origin")
        self.assertEqual(self.ask({"Origin": f"http://127.0.0.1:{self.node.port}"}).status, 200)

    def test_a_foreign_page(self):
        for site in ("cross-site", "same-site"):
            self.refused({"Sec-Fetch-Site": site}, "Sec-Fetch-Site")
        self.assertEqual(self.ask({"Sec-Fetch-Site": "same-origin"}).status, 200)

    def test_a_proxy(self):
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "x-forwarded-proto"):
            self.refused({name: "10.0.0.1"}, name if name != "x-forwarded-proto" else "x-forwarded-proto")

    def test_a_content_type_that_a_page_may_send(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            answer = self.ask({"Content-Type": kind})
            self.assertIn(answer.status, (401, 415), answer)
            self.assertNotIn(b"access_token", answer.body)

    def test_no_content_type_at_all(self):
        with self.node.connect() as wire:
            body = b'{"node_id":"client"}'
            wire.send(f"POST /auth/token HTTP/1.1\r\nHost: 127.0.0.1:{self.node.port}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = wire.answer()
        self.assertError(answer, 401, "unauthenticated")
        self.assertIn("Content-Type", answer.json["hint"])

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_another_user_of_the_machine(self):
        code = ("import http.client,sys\n"
                f"c=http.client.HTTPConnection('{LOOP}',{self.node.port},timeout=20)\n"
                "c.request('POST','/auth/token',b'{\"node_id\":\"client\"}',{'Content-Type':'application/json'})\n"
                "r=c.getresponse();print(r.status);print(r.read().decode())")
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", capture_output=True,
                              text=True, timeout=60, check=True)
        status, body = done.stdout.split("\n", 1)
        self.assertEqual(status, "401", done.stdout)
        self.assertIn(f"uid {NOBODY}", json.loads(body)["hint"])

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_root_may_ask_a_node_of_another_user(self):
        folders = Folders()
        self.addCleanup(folders.close)
        if not pathlib.Path("/proc/self/exe").exists() or not world_can_run(harness.PROGRAM):
            self.skipTest("another user cannot run the program where it lies")
        for path in (folders.path, folders.state, folders.services, folders.home):
            os.chown(path, NOBODY, NOBODY)
        log = open(folders.path / "log", "wb")
        self.addCleanup(log.close)
        reading, writing = os.pipe()
        process = subprocess.Popen([str(harness.PROGRAM), "coordinator", "--port", "0", "--state-dir", folders.state, "--services-dir", folders.services,
                                    "--ready-fd", str(writing)], user=NOBODY, group=NOBODY, extra_groups=[], cwd=folders.path, env=harness.environment(folders),
                                   pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.kill)
        os.close(writing)
        line = harness.read_line(reading, 60)
        os.close(reading)
        self.assertTrue(line, (folders.path / "log").read_text())
        connection = harness.http.client.HTTPConnection(LOOP, json.loads(line)["port"], timeout=20)
        self.addCleanup(connection.close)
        self.assertEqual(harness.exchange(connection, "POST", "/auth/token", {"node_id": "root"}).status, 200)

    def test_a_refused_token_is_in_the_audit_log(self):
        before = len(self.node.audit())
        self.refused({"X-Forwarded-For": "10.0.0.1"}, "X-Forwarded-For")
        found = until(lambda: [r for r in self.node.audit()[before:] if r["decision"] == "deny" and "X-Forwarded-For" in r["outcome"]], "the record")
        self.assertEqual(found[0]["object"], "POST /auth/token")


def world_can_run(program):
    return all(os.stat(path).st_mode & stat.S_IXOTH for path in [program, *program.parents])


class Audit(NodeCase):
    services = {"probe": PROBE}
    options = {"restore_signals": False}           # SIGXFSZ stays ignored, so that a limit on files is an error and no death

    def records(self, **fits):
        return [r for r in self.node.audit() if all(r.get(k) == v for k, v in fits.items())]

    def test_an_issued_token_is_recorded_before_it_is_given_out(self):
        self.node.request("POST", "/auth/token", {"node_id": "auditor"})
        [record] = self.records(action="token.issue", object="auditor")
        self.assertEqual((record["decision"], record["outcome"], record["amr"]), ("allow", "ok", "local"))

    def test_a_command_is_recorded_with_its_parameters_before_the_answer(self):
        answer = self.node.rpc("system/execute_command", {"command": "echo audited"})
        [record] = self.records(trace_id=answer.headers["x-trace-id"])
        self.assertEqual((record["actor"], record["role"], record["action"]), ("client", "admin", "rpc"))
        self.assertEqual(record["object"], f"system/execute_command@{self.node.id}")
        self.assertEqual(record["params"], {"command": "echo audited"})
        self.assertEqual((record["decision"], record["outcome"]), ("allow", "ok"))
        self.assertTrue(record["peer"].startswith("127.0.0.1:"))

    def test_a_secret_parameter_is_masked(self):
        answer = self.node.rpc("probe/rule", {"password": "hunter2-hunter2"})
        [record] = self.records(trace_id=answer.headers["x-trace-id"])
        self.assertEqual(record["params"], {"password": "***"})
        self.assertNotIn("hunter2", (self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl").read_text())
        self.assertNotIn("hunter2", self.node.log())

    def test_an_admin_method_that_a_service_calls_is_recorded(self):
        answer = self.node.rpc("probe/ask", {"service": "probe", "method": "rule"})
        until(lambda: self.records(trace_id=answer.headers["x-trace-id"], object=f"probe/rule@{self.node.id}"), "the record of the inner call")

    def test_a_denied_call_is_recorded(self):
        answer = self.node.rpc("system/execute_command", {"command": "id"}, role="viewer")
        self.assertEqual(answer.status, 403)
        record = until(lambda: self.records(decision="deny", object=f"system/execute_command@{self.node.id}"), "the denial")[0]
        self.assertEqual((record["actor"], record["role"]), ("client", "viewer"))

    def test_a_viewers_calls_are_not_recorded(self):
        trace = self.node.rpc("probe/echo", role="viewer").headers["x-trace-id"]
        self.node.rpc("probe/rule")                # which is: all before it is in the file
        self.assertEqual(self.records(trace_id=trace), [])

    def test_the_start_and_the_loading_of_services_are_recorded(self):
        self.assertTrue(self.records(action="node.start"))
        [record] = until(lambda: [r for r in self.records(action="service.load") if r["object"].startswith("probe")], "the load")
        self.assertRegex(record["object"], r"^probe sha256:[0-9a-f]{64}$")

    def test_the_records_are_a_chain(self):
        self.node.rpc("probe/rule")
        previous = "0" * 64
        for i, line in enumerate((self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl").read_text().splitlines(), 1):
            record = json.loads(line)
            self.assertEqual((record["seq"], record["prev"]), (i, previous))
            without = line[:line.rindex(',"hash":')] + "}"
            previous = record["hash"]
            self.assertEqual(hashlib.sha256(without.encode()).hexdigest(), previous)

    def test_nobody_else_may_read_it(self):
        file = self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)

    def test_when_it_cannot_be_written_admin_methods_are_refused_and_reading_goes_on(self):
        file = self.node.folders.state / "nodes" / str(self.node.port) / "audit.jsonl"
        token, viewer = self.node.token(), self.node.token("viewer")
        soft, hard = resource.prlimit(self.node.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.node.pid, resource.RLIMIT_FSIZE, (file.stat().st_size, hard))
        try:
            answer = self.node.request("POST", "/rpc/probe/rule", {}, token)
            self.assertError(answer, 503, "audit_unavailable", -32013)
            self.assertIn("retry-after", answer.headers)
            self.assertError(self.node.request("POST", "/auth/token", {"node_id": "x"}), 503, "audit_unavailable")
            self.assertEqual(self.node.request("POST", "/rpc/probe/echo", {}, viewer).status, 200)
            self.assertIn(b"[-]state_dir failed", self.node.request("GET", "/readyz?verbose").body)
        finally:
            resource.prlimit(self.node.pid, resource.RLIMIT_FSIZE, (soft, hard))
        until(lambda: self.node.request("POST", "/rpc/probe/rule", {}, token).status == 200, "admin methods again")
        self.test_the_records_are_a_chain()


class Refusals(unittest.TestCase):
    """What keeps a node from starting: exit 78, a sentence, and nothing listens."""

    def setUp(self):
        self.folders = Folders()
        self.addCleanup(self.folders.close)

    def refused(self, *words, env=None):
        with socket.socket() as probe:
            probe.bind((LOOP, 0))
            port = probe.getsockname()[1]
        code, out, err = run_program(self.folders, "coordinator", "--port", port, "--state-dir", self.folders.state, "--services-dir",
                                     self.folders.services, *words, env=env)
        self.assertEqual(code, 78, out + err)
        with socket.socket() as probe:
            self.assertNotEqual(probe.connect_ex((LOOP, port)), 0, "something listens")
        return err

    def test_a_weak_secret(self):
        for secret in ("short", "a" * 64, "your-super-secret-key-change-this-in-production", "change-me" * 5):
            err = self.refused(env={"JWT_SECRET_KEY": secret})
            self.assertIn("JWT_SECRET_KEY", err)
            self.assertNotIn(secret, err)

    def test_a_state_directory_that_others_may_enter(self):
        self.folders.state.chmod(0o755)
        err = self.refused()
        self.assertIn("chmod", err)
        self.assertIn(str(self.folders.state), err)
        command = re.search(r"chmod [^\n]*", err)[0].strip().rstrip(".")
        subprocess.run(["sh", "-c", command], check=True, timeout=20)
        node = Node(folders=self.folders)          # the command it printed mends it
        self.addCleanup(node.close)

    def test_a_key_that_others_may_read(self):
        node = Node(folders=self.folders)
        node.stop()
        (self.folders.state / "cluster.key").chmod(0o644)
        err = self.refused()
        self.assertIn("chmod", err)
        self.assertIn("cluster.key", err)

    def test_a_torn_key_is_named_and_never_made_anew(self):
        node = Node(folders=self.folders)
        node.stop()
        key = self.folders.state / "cluster.key"
        torn = key.read_bytes()[:5]
        key.write_bytes(torn)
        self.assertIn("cluster.key", self.refused())
        self.assertEqual(key.read_bytes(), torn)

    def test_a_link_in_place_of_the_state_directory(self):
        real = self.folders.path / "real"
        real.mkdir(0o700)
        self.folders.state.rmdir()
        self.folders.state.symlink_to(real)
        self.assertIn(str(self.folders.state), self.refused())

    def test_an_address_that_is_not_loopback(self):
        for address in ("0.0.0.0", "::", "10.0.0.1"):
            err = self.refused("--address", address)
            self.assertIn(address, err)
            self.assertIn("loopback", err)

    def test_a_port_that_is_taken_is_an_error_of_its_own(self):
        with socket.socket() as taken:
            taken.bind((LOOP, 0))
            taken.listen(1)
            port = taken.getsockname()[1]
            code, _, err = run_program(self.folders, "coordinator", "--port", port, "--state-dir", self.folders.state)
        self.assertEqual(code, 1, err)
        self.assertIn(str(port), err)

    def test_mistakes_of_usage_are_exit_2_with_a_hint(self):
        code, _, err = run_program(self.folders, "coordinator", "--verbos")
        self.assertEqual(code, 2, err)
        self.assertIn("--verbose", err)


class TwoNodes(unittest.TestCase):
    def test_two_nodes_started_together_share_one_set_of_keys(self):
        folders = Folders()
        self.addCleanup(folders.close)
        first = Node(folders=folders, wait=False)
        self.addCleanup(first.close)
        second = Node("worker", folders=folders, args=["--coord", f"127.0.0.1:{first.port}"], wait=False)
        self.addCleanup(second.close)
        self.assertEqual(first.request("GET", "/cluster/status", token=second.token()).status, 200)
        self.assertEqual(second.request("GET", "/cluster/status", token=first.token()).status, 200)
        self.assertEqual(first.get("/cluster/status").json["cluster_id"], second.get("/cluster/status").json["cluster_id"])
        self.assertNotEqual(first.id, second.id)

    def test_a_first_start_of_several_at_once_makes_one_set_of_keys(self):
        folders = Folders()
        self.addCleanup(folders.close)
        processes = []
        for _ in range(4):
            reading, writing = os.pipe()
            processes.append((reading, subprocess.Popen(
                [str(harness.PROGRAM), "coordinator", "--port", "0", "--state-dir", folders.state, "--services-dir", folders.services, "--ready-fd", str(writing)],
                cwd=folders.path, env=harness.environment(folders), pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, preexec_fn=harness.die_with(os.getpid()))))
            os.close(writing)
            self.addCleanup(processes[-1][1].wait, 30)
            self.addCleanup(processes[-1][1].kill)
        ports = [json.loads(harness.read_line(reading, 60))["port"] for reading, _ in processes]
        for reading, _ in processes:
            os.close(reading)
        token = None
        for port in ports:
            connection = harness.http.client.HTTPConnection(LOOP, port, timeout=20)
            self.addCleanup(connection.close)
            token = token or harness.exchange(connection, "POST", "/auth/token", {"node_id": "x"}).json["access_token"]
            self.assertEqual(harness.exchange(connection, "GET", "/cluster/status", token=token).status, 200)


if __name__ == "__main__":
    harness.main()
