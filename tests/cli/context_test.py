"""Contexts: names for clusters, their file, their tokens."""

import stat

from session import CliCase, StubNode, main


class Contexts(CliCase):
    def setUp(self):
        self.config = self.node.folders.path / f"config-{self.id().rsplit('.', 1)[-1]}"
        self.file = self.config / "p2p_admin" / "contexts.toml"
        self.here = f"127.0.0.1:{self.node.port}"

    def cli(self, *words, env=None, **more):
        return super().cli(*words, env={"XDG_CONFIG_HOME": str(self.config), "P2P_COORD": "", **(env or {})}, **more)

    def test_add_checks_by_one_call_and_the_first_is_current(self):
        done = self.works("context", "add", "lab", "--coord", self.here)
        self.assertEqual((done.out, done.err), ("", f"{self.node.id} on {self.here} answers\n"))
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.file.parent.stat().st_mode), 0o700)
        self.assertEqual(self.works("nodes", "-o", "name").out, self.node.id + "\n")
        self.assertRegex(self.works("context", "ls").out, rf"(?m)^lab +yes +{self.here} +none +no")

    def test_one_that_does_not_answer_is_not_stored(self):
        self.assertEqual(self.cli("context", "add", "gone", "--coord", "127.0.0.1:1").code, 3)
        self.assertFalse(self.file.exists())
        self.block(self.cli("context", "add", "lab"), 2, "context add: --coord is missing",
                   "p2p_admin context add lab --coord HOST:PORT")
        self.assertEqual(self.cli("context", "add", "a b", "--coord", self.here).code, 2)

    def test_use_rm_and_unknown_names(self):
        self.works("context", "add", "lab", "--coord", self.here)
        self.works("context", "add", "prod", "--coord", f"localhost:{self.node.port}")
        self.assertEqual(self.cli("context", "add", "lab", "--coord", self.here).code, 1, "it is there already")
        self.works("context", "use", "prod")
        self.assertIn('current = "prod"', self.file.read_text())
        self.block(self.cli("context", "use", "prd"), 2, "no context 'prd'", "did you mean prod?   (p2p_admin context ls)")
        self.block(self.cli("nodes", "--context", "labb"), 2, "no context 'labb'", "did you mean lab?   (p2p_admin context ls)")
        self.works("context", "rm", "prod")
        self.assertNotIn("prod", self.file.read_text())
        self.assertEqual(self.works("context", "ls", "-o", "name").out, "lab\n")

    def test_the_order_is_flag_environment_context_default(self):
        self.works("context", "add", "lab", "--coord", self.here)
        self.assertEqual(self.cli("nodes", env={"P2P_COORD": "127.0.0.1:1"}).code, 3)
        self.assertEqual(self.cli("nodes", "--coord", self.here, env={"P2P_COORD": "127.0.0.1:1"}).code, 0)
        self.assertEqual(self.cli("nodes", "--context", "lab", env={"P2P_COORD": "127.0.0.1:1"}).code, 0)
        self.assertEqual(self.cli("nodes", env={"P2P_CONTEXT": "lab"}).code, 0)
        self.assertEqual(self.cli("nodes", env={"P2P_CONTEXT": "none"}).code, 2)

    def test_a_token_is_stored_used_and_never_shown(self):
        token = self.node.token("viewer")
        self.works("context", "add", "viewer", "--coord", self.here, "--token-stdin", stdin=token + "\n")
        self.assertEqual(self.cli("call", "system.execute_simple_test").code, 4)
        listed = self.works("context", "ls", "-o", "json").out + self.works("context", "ls").out
        self.assertNotIn(token, listed)
        self.assertIn(f"(set, {len(token)} characters)", listed)
        self.assertEqual(self.cli("call", "system.ping", "--token", self.node.token()).code, 0, "a flag goes first")

    def test_a_token_goes_to_its_own_node_only(self):
        self.works("context", "add", "viewer", "--coord", self.here, "--token-stdin", stdin=self.node.token("viewer"))
        headers = []

        def answer(method, path, body):
            return 200, {"nodes": [], "total": 0}

        with StubNode(answer) as stub:
            handler = stub.server.RequestHandlerClass
            parse = handler.parse_request

            def spy(self_):
                good = parse(self_)
                headers.append(self_.headers.get("Authorization"))
                return good

            handler.parse_request = spy
            for words, env in ((["--coord", stub.at], {}), ([], {"P2P_COORD": stub.at})):
                self.assertEqual(self.cli("nodes", *words, env=env).code, 0)
        self.assertEqual(set(headers), {None, "Bearer abc"}, "the stub's own token, not the context's")

    def test_a_token_file_is_read_each_time_and_must_be_private(self):
        file = self.node.folders.path / "context-token"
        file.write_text(self.node.token("viewer"))
        file.chmod(0o600)
        self.works("context", "add", "viewer", "--coord", self.here, "--token-file", file.name)
        self.assertIn(str(file), self.file.read_text(), "it is used from other folders than this one")
        self.assertNotIn(self.node.token("viewer"), self.file.read_text())
        self.works("nodes")
        file.chmod(0o640)
        self.block(self.cli("nodes"), 2, f"{file}: others may read this secret", f"chmod 0600 {file}")

    def test_a_file_that_others_may_read_is_refused_with_the_line_that_repairs_it(self):
        self.works("context", "add", "lab", "--coord", self.here)
        self.file.chmod(0o644)
        for words in (["nodes"], ["context", "ls"], ["context", "rm", "lab"]):
            self.block(self.cli(*words), 2, f"{self.file}: others may read this secret", f"chmod 0600 {self.file}")
        self.assertEqual(self.cli("nodes", "--coord", self.here).code, 0, "who names a node needs no contexts")

    def test_a_mistake_in_the_file_is_told_by_its_place(self):
        self.file.parent.mkdir(parents=True)
        self.file.write_text('[contexts.lab]\ncoordd = "x"\n')
        self.file.chmod(0o600)
        self.block(self.cli("nodes"), 2, f"{self.file}:2:1: unknown key 'coordd'", "did you mean coord?")

    def test_validate_asks_each(self):
        self.works("context", "add", "lab", "--coord", self.here)
        text = self.file.read_text() + '\n[contexts.gone]\ncoord = "127.0.0.1:1"\n'
        self.file.write_text(text)
        done = self.cli("context", "validate")
        self.assertEqual(done.code, 3)
        self.assertRegex(done.out, r"(?m)^lab .* ok$")
        self.assertRegex(done.out, r"(?m)^gone .* failed$\n  127\.0\.0\.1:1 does not answer$")
        self.assertEqual(self.cli("context", "validate", "lab").code, 0)
        self.assertEqual(self.cli("context", "validate", "nope").code, 2)


if __name__ == "__main__":
    main()
