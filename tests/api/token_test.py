"""Tokens under attack, end to end: a few of each kind; the whole corpus is a unit test of auth (security.md, section 5)."""

import json
import time

import node as harness
from node import Node, NodeCase
from probe import PROBE
from tokens import SECRET, decode, encode, hs256
from wire import until


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
            self.refused(token) if len(token) < 8000 else self.assertIn(
                self.node.request("GET", "/cluster/status", token=token).status, (401, 431)
            )

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
        self.refused(
            hs256({"alg": "HS256", "typ": "JWT"}, claims, b"your-super-secret-key-change-this-in-production")
        )

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

    def test_a_token_in_the_url_is_refused_and_recorded_but_never_looked_at(self):
        token = self.node.token()
        for path in ("/cluster/nodes", "/cluster/status", "/metrics"):
            for query in (f"?access_token={token}", f"?status=alive&access_token={token}"):
                for bearer in (None, token):
                    answer = self.node.request("GET", path + query, token=bearer)
                    self.assertError(answer, 400, "invalid_request")
        until(
            lambda: [r for r in self.node.audit() if r["decision"] == "deny" and "URL" in r["outcome"]], "the record"
        )
        self.assertNotIn(token, self.node.log())

    def test_two_authorization_headers_are_refused(self):
        with self.node.connect() as wire:
            token = self.node.token()
            wire.send(
                f"GET /cluster/status HTTP/1.1\r\nHost: 127.0.0.1:{self.node.port}\r\nAuthorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            )
            self.assertEqual(wire.answer().status, 401)

    def test_another_scheme_than_bearer_is_refused_and_its_case_is_no_matter(self):
        token = self.node.token()
        self.assertEqual(
            self.node.request("GET", "/cluster/status", headers={"Authorization": "Basic " + token}).status, 401
        )
        self.assertEqual(
            self.node.request("GET", "/cluster/status", headers={"Authorization": "bEaReR " + token}).status, 200
        )


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
        for changes in (
            {"nbf": now + 600},
            {"iat": now + 600, "exp": now + 700},
            {"exp": now + 90000},
            {"exp": now + 10**12},
        ):
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
        for header in (
            {"jku": "http://127.0.0.1/"},
            {"jwk": {}},
            {"x5u": "http://x/"},
            {"x5c": []},
            {"crit": ["exp"]},
            {"zip": "DEF"},
        ):
            self.assertEqual(self.status(self.signed(header)).status, 401, header)

    def test_members_that_stand_twice_are_refused(self):
        head, claims = (decode(part) for part in self.node.token().split(".")[:2])
        twice = json.dumps(claims)[:-1] + ',"role":"admin"}'
        self.assertEqual(self.status(hs256(head, twice.encode(), SECRET.encode())).status, 401)

    def test_a_token_without_a_role_or_with_an_unknown_one_has_no_rights(self):
        for role in (None, "king"):
            self.assertIn(self.status(self.signed(role=role)).status, (401, 403), role)


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
        for wish in (
            {"node_id": 5},
            {"node_id": "x", "role": "king"},
            {"node_id": "x", "ttl_seconds": 86401},
            {"node_id": "x", "ttl_seconds": 0},
            {"node_id": "x" * 129},
            {"node_id": "x", "scopes": "all"},
        ):
            self.assertError(self.ask(wish), 422, "invalid_params")

    def test_no_answer_about_tokens_is_stored(self):
        for body in ({"node_id": "x"}, {}):
            self.assertEqual(self.ask(body).headers["cache-control"], "no-store")


if __name__ == "__main__":
    harness.main()
