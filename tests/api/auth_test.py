"""Who may: the whole matrix of routes and callers, and the conditions of local trust (security.md, sections 3 and 6)."""

import http.client
import json
import os
import pathlib
import re
import stat
import subprocess
import time
import unittest

import node as harness
from node import Folders, NodeCase
from probe import PROBE
from tokens import SECRET, decode, encode, hs256
from wire import LOOP, exchange, read_line, until

NOBODY = 65534


# Every route: verb, path, who may use it ("open", or the least role; methods of the probe below). A route that is not
# here fails test_the_list_is_whole.
ROUTES = [
    ("GET", "/", "open"),
    ("GET", "/health", "open"),
    ("GET", "/livez", "open"),
    ("GET", "/readyz", "open"),
    ("GET", "/errors/timeout", "open"),
    ("GET", "/metrics", "open"),
    ("GET", "/cluster/status", "viewer"),
    ("GET", "/cluster/nodes", "viewer"),
    ("GET", "/cluster/nodes/{self}", "viewer"),
    ("GET", "/local/services", "viewer"),
    ("GET", "/local/services/system", "viewer"),
    ("GET", "/services", "viewer"),
    ("GET", "/methods", "viewer"),
    ("GET", "/methods/system/ping", "viewer"),
    ("GET", "/methods/system/ping/explain", "viewer"),
    ("GET", "/debug/registry", "operator"),
    ("GET", "/logs", "operator"),
    ("GET", "/audit", "admin"),
    ("POST", "/admin/services/probe/reload?node=nobody", "operator"),
    ("POST", "/admin/services/probe/restart?node=nobody", "operator"),
    ("POST", "/admin/services/probe/enable?node=nobody", "operator"),
    ("POST", "/admin/services/probe/disable?node=nobody", "operator"),
    ("GET", "/config", "admin"),
    ("POST", "/rpc/probe/echo", "viewer"),
    ("POST", "/rpc/probe.echo", "viewer"),
    ("POST", "/local/call/probe/echo", "viewer"),
    ("POST", "/rpc/probe/operate", "operator"),
    ("POST", "/rpc/probe.operate", "operator"),
    ("POST", "/local/call/probe/operate", "operator"),
    ("POST", "/rpc/probe/rule", "admin"),
    ("POST", "/rpc/probe.rule", "admin"),
    ("POST", "/local/call/probe/rule", "admin"),
    ("POST", "/rpc/system/execute_command", "admin"),
]
BODIES = {"/rpc/system/execute_command": {"params": {"command": "true"}}}
RANK = {"open": 0, "viewer": 1, "operator": 2, "admin": 3}


class Matrix(NodeCase):
    services = {"probe": PROBE}
    options = {"env": {"JWT_SECRET_KEY": SECRET}}  # so that a test can sign what it likes

    def callers(self):
        """name -> (token, rank): 0 is nobody, None is a node, which is outside the order."""
        head, claims = (decode(part) for part in self.node.token().split(".")[:2])
        now = int(time.time())

        def signed(secret=SECRET, **changes):
            return hs256(head, {**claims, **changes}, secret.encode())

        yield "none", None, 0
        yield "garbage", "garbage", 0
        yield "alg none", f'{encode({**head, "alg": "none"})}.{encode(claims)}.', 0
        yield "forged", signed(SECRET[::-1]), 0
        yield "changed", ".".join(
            [encode(head), encode({**claims, "sub": "root"}), self.node.token().split(".")[2]]
        ), 0
        yield "expired", signed(iat=now - 3700, nbf=now - 3700, exp=now - 100), 0
        yield "other cluster", signed(iss="p2p://" + "0" * 32), 0
        yield "kid", hs256({**head, "kid": "../../etc/passwd"}, claims, SECRET.encode()), 0
        yield "node", self.node.token("node"), None
        for role in ("viewer", "operator", "admin"):
            yield role, self.node.token(role), RANK[role]

    @staticmethod
    def wanted(verb, path, least, rank):
        """The status that the table gives this caller."""
        if least == "open":
            return 200
        if rank is None:  # a node looks, and does nothing else over HTTP
            return 200 if verb == "GET" and least == "viewer" else 403
        return 200 if rank >= RANK[least] else 403 if rank else 401

    def test_every_route_with_every_caller(self):
        for name, token, rank in self.callers():
            for verb, path, least in ROUTES:
                with self.subTest(caller=name, route=f"{verb} {path}"):
                    body = BODIES.get(path, {}) if verb == "POST" else None
                    answer = self.node.request(verb, path.replace("{self}", self.node.id), body, token)
                    self.assertEqual(answer.status, self.wanted(verb, path, least, rank), answer)
                    self.assertEqual("www-authenticate" in answer.headers, answer.status == 401)

    def test_head_is_as_protected_as_get(self):
        for name, token, rank in self.callers():
            for verb, path, least in ROUTES:
                if verb == "GET" and least != "open":
                    answer = self.node.request("HEAD", path.replace("{self}", self.node.id), None, token)
                    self.assertEqual(answer.status, self.wanted("GET", path, least, rank), (name, path))
                    self.assertEqual(answer.body, b"")

    def test_strict_rpc_needs_a_token_and_authorizes_each_call(self):
        for name, token, rank in self.callers():
            for method, least in (("probe/echo", "viewer"), ("probe/operate", "operator"), ("probe/rule", "admin")):
                answer = self.node.request("POST", "/rpc", {"jsonrpc": "2.0", "method": method, "id": 1}, token)
                if not rank:
                    self.assertEqual(answer.status, 401 if rank == 0 else 403, name)
                else:
                    code = answer.json["error"]["data"]["code"] if "error" in answer.json else None
                    self.assertEqual(
                        (answer.status, code), (200, None if rank >= RANK[least] else "forbidden"), (name, method)
                    )

    def test_what_is_not_public_is_for_nobody(self):
        for name, token, rank in self.callers():
            for path in ("/rpc/probe/hidden", "/local/call/probe/hidden"):
                self.assertEqual(
                    self.node.request("POST", path, {}, token).status,
                    404 if rank else 401 if rank == 0 else 403,
                    (name, path),
                )

    def test_routes_of_later_stages_do_not_exist(self):
        for verb, path in (
            ("POST", "/admin/broadcast"),
            ("POST", "/internal/gossip/exchange"),
            ("POST", "/auth/revoke"),
            ("POST", "/admin/join-tokens"),
            ("GET", "/docs/../debug/registry"),
            ("GET", "//debug/registry"),
        ):
            self.assertEqual(
                self.node.request(verb, path, {} if verb == "POST" else None, self.node.token()).status, 404, path
            )

    def test_the_list_is_whole(self):
        source = pathlib.Path(__file__).parents[2] / "src/auth/policy.cpp"
        patterns = set(re.findall(r'"(/[^"\s]*)"', source.read_text()))
        self.assertGreater(len(patterns), 15)
        fits = [re.compile(re.sub(r"\{[^}]*\}", "[^/]+", pattern) + "$") for pattern in patterns]
        walked = [path.partition("?")[0] for _, path, _ in ROUTES]
        for pattern in patterns - {"/rpc", "/auth/token"}:
            shape = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(pattern)) + "$")
            self.assertTrue(any(shape.match(path) for path in walked), f"{pattern} is not walked")
        for path in walked:
            self.assertTrue(any(fit.match(path) for fit in fits), path)

    def test_a_viewer_reaches_no_admin_method_through_a_service(self):
        answer = self.node.rpc("probe/ask", {"service": "probe", "method": "rule"}, role="viewer")
        self.assertError(answer, 403, "forbidden", -32002)
        self.assertEqual(self.node.call("probe/ask", {"service": "probe", "method": "rule"}), "ruled")

    def test_a_service_reaches_methods_that_are_not_public(self):
        self.assertEqual(
            self.node.call("probe/ask", {"service": "probe", "method": "hidden"}, role="operator"), "seen"
        )


class LocalTrust(NodeCase):
    """The six conditions under which a token needs no secret."""

    def ask(self, headers=None, **more):
        return self.node.request(
            "POST",
            "/auth/token",
            b'{"node_id":"client"}',
            headers={"Content-Type": "application/json", **(headers or {})},
            **more,
        )

    def refused(self, headers, names):
        answer = self.ask(headers)
        self.assertError(answer, 401, "unauthenticated")
        self.assertIn(names, answer.json["hint"])
        self.assertNotIn("access_token", answer.json)

    def test_all_conditions_met(self):
        self.assertEqual(self.ask().status, 200)
        for host in (
            f"127.0.0.1:{self.node.port}",
            f"localhost:{self.node.port}",
            f"[::1]:{self.node.port}",
            f"LOCALHOST:{self.node.port}",
        ):
            self.assertEqual(self.ask({"Host": host}).status, 200, host)

    def test_a_foreign_host_is_wrong_on_every_route(self):
        for host in (
            "example.org",
            "127.0.0.1",
            "localhost",
            f"evil.example:{self.node.port}",
            f"127.0.0.1:{self.node.port + 1}",
            f"127.0.0.1.evil.example:{self.node.port}",
            f"127.0.0.2:{self.node.port}",
            "",
            f"user@127.0.0.1:{self.node.port}",
        ):
            for verb, path in (("POST", "/auth/token"), ("GET", "/health"), ("POST", "/rpc/system/ping")):
                answer = self.node.request(verb, path, b"{}" if verb == "POST" else None, headers={"Host": host})
                self.assertIn(
                    answer.status,
                    (421, 400) if host in ("", f"user@127.0.0.1:{self.node.port}") else (421,),
                    (host, path),
                )

    def test_a_foreign_origin(self):
        for origin in (
            "http://evil.example",
            "null",
            f"http://127.0.0.1:{self.node.port + 1}",
            f"http://evil.example:{self.node.port}",
        ):
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
            wire.send(
                f"POST /auth/token HTTP/1.1\r\nHost: 127.0.0.1:{self.node.port}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            answer = wire.answer()
        self.assertError(answer, 401, "unauthenticated")
        self.assertIn("Content-Type", answer.json["hint"])

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_another_user_of_the_machine(self):
        status, body = as_user(NOBODY, lambda: self.ask())
        self.assertEqual(status, 401, body)
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
        process = subprocess.Popen(
            [
                str(harness.PROGRAM),
                "coordinator",
                "--port",
                "0",
                "--state-dir",
                folders.state,
                "--services-dir",
                folders.services,
                "--ready-fd",
                str(writing),
            ],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            cwd=folders.path,
            env=harness.environment(folders),
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.kill)
        os.close(writing)
        line = read_line(reading, 60)
        os.close(reading)
        self.assertTrue(line, (folders.path / "log").read_text())
        connection = http.client.HTTPConnection(LOOP, json.loads(line)["port"], timeout=20)
        self.addCleanup(connection.close)
        self.assertEqual(exchange(connection, "POST", "/auth/token", {"node_id": "root"}).status, 200)

    def test_a_refused_token_is_in_the_audit_log(self):
        before = len(self.node.audit())
        self.refused({"X-Forwarded-For": "10.0.0.1"}, "X-Forwarded-For")
        found = until(
            lambda: [
                r for r in self.node.audit()[before:] if r["decision"] == "deny" and "X-Forwarded-For" in r["outcome"]
            ],
            "the record",
        )
        self.assertEqual(found[0]["object"], "POST /auth/token")


def as_user(uid, ask):
    """The status and the body of the answer that a child with this uid gets."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            answer = ask()
            os.write(writing, b"%d\n%s" % (answer.status, answer.body))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        status, _, body = answers.read().partition(b"\n")
    os.waitpid(child, 0)
    return int(status or 0), body


def world_can_run(program):
    return all(os.stat(path).st_mode & stat.S_IXOTH for path in [program, *program.parents])


if __name__ == "__main__":
    harness.main()
