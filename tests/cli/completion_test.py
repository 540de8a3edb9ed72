"""Completions, driven as bash does it."""

import shutil
import subprocess
import time
import unittest

from session import PROGRAM, CliCase, environment, main

DRIVER = r"""
source <("$1" completions bash)
complete -o default -F _p2p_admin "$1"
shift 1
COMP_WORDS=("$@")
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
_p2p_admin "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
"""


class Completion(CliCase):
    def complete(self, *words, env=None):
        place = {"P2P_COORD": f"127.0.0.1:{self.node.port}", "XDG_CACHE_HOME": str(self.node.folders.path / "cache")}
        done = subprocess.run(
            ["bash", "-c", DRIVER, "bash", str(PROGRAM), str(PROGRAM), *words],
            env=environment(self.node.folders, **{**place, **(env or {})}), capture_output=True, text=True, timeout=60,
            check=True,
        )
        return done.stdout.split()

    def test_commands_and_options(self):
        self.assertEqual(self.complete("no"), ["nodes"])
        self.assertEqual(self.complete("service", "re"), ["reload", "restart"])
        self.assertEqual(self.complete("nodes", "--ti"), ["--timeout"])
        self.assertEqual(self.complete("nodes", "-o", "ya"), ["yaml"])

    def test_names_come_from_the_node(self):
        self.assertEqual(self.complete("call", "system.pi"), ["system.ping"])
        self.assertEqual(self.complete("call", "system.execute_command", "wo"), ["working_dir="])
        self.assertEqual(self.complete("nodes", "--node", self.node.id[:3]), [self.node.id])
        self.assertEqual(self.complete("services", "sys"), ["system"])

    def test_names_are_kept_for_a_while(self):
        cache = {"XDG_CACHE_HOME": str(self.node.folders.path / "cache-kept")}
        self.assertEqual(self.complete("services", "sys", env=cache), ["system"])
        before = self.node.metric("p2p_http_requests_total", route="/services")
        self.assertEqual(self.complete("services", "sys", env=cache), ["system"])
        self.assertEqual(self.node.metric("p2p_http_requests_total", route="/services"), before)

    def test_any_failure_is_silence(self):
        for env in ({"P2P_COORD": "127.0.0.1:1"}, {"P2P_COORD": "no.such.host.invalid:1"}, {"P2P_COORD": "%%%"},
                    {"P2P_CONTEXT": "none", "P2P_COORD": ""}):
            env["XDG_CACHE_HOME"] = "/proc/nowhere"
            done = self.cli("__complete", "bash", "--", "call", "sys", env=env)
            self.assertEqual((done.code, done.out, done.err), (0, "", ""), env)
        self.assertEqual(self.cli("__complete", "bash", "--", "nodes", "-o", "").out.split(),
                         ["table", "wide", "json", "yaml", "ndjson", "name"])
        self.assertEqual(self.cli("__complete").code, 2)

    def test_fish_gets_purposes_too(self):
        done = self.works("__complete", "fish", "--", "node")
        self.assertEqual(done.out, "nodes\tlist nodes, or details of one\n")

    def test_the_stubs_are_sound_shell(self):
        for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
            script = self.works("completions", shell).out
            self.assertIn("__complete", script)
            if shutil.which(shell):
                subprocess.run(check, input=script, text=True, check=True, timeout=60)
        self.assertEqual(self.cli("completions", "tcsh").code, 2)


if __name__ == "__main__":
    main()
