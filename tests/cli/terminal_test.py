"""The command line at a terminal: colour, redrawing, questions, Ctrl-C; and in pipes that close."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
import unittest

from session import ESCAPE, CliCase, StubNode, main, run, start
from wire import until

SLEEPER = """
#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "sleeper";
  SERVICE_METHOD(nap, (), description = "Sleeps", public = true, role = "viewer", timeout = 60);
  Task<Value> nap() { co_await sleep(50_s); co_return Value(); }
};
EXPORT_SERVICE(Run)
"""


class Screen:
    """The program on a terminal of its own."""

    def __init__(self, folders, *words, env=None, columns=100):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = start(folders, *words, env={"TERM": "xterm", "NO_COLOR": "", **(env or {})},
                             stdin=slave, stdout=slave, stderr=slave, text=False, start_new_session=True,
                             prepare=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.text = ""

    def read(self, seconds=0.05):
        while select.select([self.master], [], [], seconds)[0]:
            try:
                more = os.read(self.master, 65536)
            except OSError:
                break
            if not more:
                break
            self.text += more.decode(errors="replace")
        return self.text

    def wait_for(self, pattern, seconds=30):
        return until(lambda: re.search(pattern, self.read(), re.S), lambda: f"{pattern!r} on {self.text!r}", seconds)

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self, seconds=30):
        """The exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
        self.read()
        return self.process.wait(1)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self.master)


class AtATerminal(CliCase):
    services = {"sleeper": SLEEPER}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs("sleeper")

    def screen(self, *words, **more):
        env = {"P2P_COORD": f"127.0.0.1:{self.node.port}", **more.pop("env", {})}
        screen = Screen(self.node.folders, *words, env=env, **more)
        self.addCleanup(screen.close)
        return screen

    def test_states_have_colour_and_json_is_indented(self):
        screen = self.screen("nodes")
        self.assertEqual(screen.end(), 0)
        self.assertIn("\x1b[32malive\x1b[0m", screen.text.replace(" ", ""))
        screen = self.screen("nodes", "-o", "json")
        screen.end()
        self.assertTrue(screen.text.startswith('{\r\n  "nodes": [\r\n'), screen.text)

    def test_no_color_and_color_never_leave_no_escape_sequence(self):
        for words, env in ((["nodes"], {"NO_COLOR": "1"}), (["nodes", "--color", "never"], {}),
                           (["methods", "no.such"], {"NO_COLOR": "1"})):
            screen = self.screen(*words, env=env)
            screen.end()
            self.assertNotIn(ESCAPE, screen.text)

    def test_errors_are_red(self):
        screen = self.screen("nodes", "nobody")
        self.assertEqual(screen.end(), 5)
        self.assertIn("\x1b[31merror:\x1b[0m", screen.text)

    def test_a_narrow_terminal_gets_a_narrow_table(self):
        screen = self.screen("methods", columns=60, env={"NO_COLOR": "1"})
        screen.end()
        self.assertLessEqual(max(map(len, screen.text.replace("\r", "").split("\n"))), 70)

    def test_watch_redraws_until_ctrl_c(self):
        screen = self.screen("services", "-w")
        screen.wait_for(r"\x1b\[2J\x1b\[H.*sleeper.*2 services: 2 running")
        self.node.post("/admin/services/sleeper/disable")
        try:
            screen.wait_for(r"sleeper.*stopped.*\x1b\[J")
        finally:
            self.node.post("/admin/services/sleeper/enable")
        screen.type("\x03")
        self.assertEqual(screen.end(), 130)

    def test_ctrl_c_cancels_the_call_on_the_node(self):
        before = self.node.metric("p2p_rpc_cancelled_total", reason="client")
        screen = self.screen("call", "sleeper.nap")
        until(lambda: self.node.metric("p2p_rpc_inflight") >= 1, "the call runs")
        screen.type("\x03")
        self.assertEqual(screen.end(), 130)
        self.assertIn("interrupted", screen.text)
        until(lambda: self.node.metric("p2p_rpc_cancelled_total", reason="client") == before + 1, "it is cancelled")
        until(lambda: self.node.metric("p2p_rpc_inflight") == 0, "it ended")

    def test_sigint_in_a_pipe_is_the_same(self):
        process = start(self.node.folders, "call", "sleeper.nap", "-o", "json",
                        env={"P2P_COORD": f"127.0.0.1:{self.node.port}"})
        until(lambda: self.node.metric("p2p_rpc_inflight") >= 1, "the call runs")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, err), (130, ""))
        self.assertIn('"code":"cancelled"', out)

    def test_bench_that_is_interrupted_prints_what_is_known(self):
        process = start(self.node.folders, "bench", "system.ping", "--duration", "60s", "--warmup", "0", "-o", "json",
                        env={"P2P_COORD": f"127.0.0.1:{self.node.port}"})
        before = self.node.metric("p2p_rpc_requests_total")
        until(lambda: self.node.metric("p2p_rpc_requests_total") > before + 100, "it runs")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertIn('"interrupted":true', out)

    def test_a_reader_that_leaves_ends_it_quietly(self):
        for words in ("methods", "capabilities", "help", "cheat", "logs --tail 1000 -o ndjson"):
            done = subprocess.run(
                ["bash", "-c", f'set -o pipefail; "$0" {words} | head -1; echo "${{PIPESTATUS[0]}}"',
                 str(self.program())],
                env={**os.environ, "P2P_COORD": f"127.0.0.1:{self.node.port}", "HOME": str(self.node.folders.home)},
                capture_output=True, text=True, timeout=60, check=False,
            )
            self.assertEqual((done.stdout.splitlines()[-1], done.stderr), ("0", ""), words)

    def test_followed_logs_end_when_the_reader_leaves(self):
        reading, writing = os.pipe()
        process = start(self.node.folders, "logs", "-f", "--tail", "1", stdout=writing,
                        env={"P2P_COORD": f"127.0.0.1:{self.node.port}"})
        os.close(writing)
        self.assertTrue(os.read(reading, 1))
        os.close(reading)
        until(lambda: self.node.rpc("system.ping") and process.poll() is not None, "it ends", 30)
        self.assertEqual((process.wait(1), process.stderr.read()), (0, ""))
        process.stdout and process.stdout.close()
        process.stderr.close()

    def test_a_full_disk_is_said(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = start(self.node.folders, "methods", stdout=full, env={"P2P_COORD": f"127.0.0.1:{self.node.port}"})
            _, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, err), (1, "error: cannot write to standard output: No space left on device\n"))

    def test_closed_streams_do_no_harm(self):
        for closed in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
            done = subprocess.run(["bash", "-c", f'"$0" nodes {closed}', str(self.program())], capture_output=True, timeout=60,
                                  env={**os.environ, "P2P_COORD": f"127.0.0.1:{self.node.port}",
                                       "HOME": str(self.node.folders.home)}, check=False)
            lost = closed.startswith(">&-")  # what was asked for went nowhere
            self.assertEqual(done.returncode, 1 if lost else 0, (closed, done))
            if closed == ">&-":
                self.assertEqual(done.stderr, b"error: cannot write to standard output: Bad file descriptor\n")

    @staticmethod
    def program():
        from session import PROGRAM

        return PROGRAM


class Watching(unittest.TestCase):
    def setUp(self):
        from session import Folders

        self.folders = Folders()
        self.addCleanup(self.folders.close)
        self.rows = [{"node_id": "a", "status": "alive", "last_seen": "2026-01-01T00:00:00.000Z"}]
        self.down = False

    def answer(self, *_):
        if self.down:
            return 503, {"code": "overloaded", "detail": "too much"}
        return 200, {"nodes": self.rows, "total": len(self.rows)}

    def test_in_a_pipe_each_change_is_a_line(self):
        with StubNode(self.answer) as stub, contextlib.ExitStack() as stack:
            process = stack.enter_context(start(self.folders, "nodes", "-w", "--coord", stub.at, "--token", "x"))
            stack.callback(process.kill)
            lines, talk = [], []
            for stream, into in ((process.stdout, lines), (process.stderr, talk)):
                thread = threading.Thread(target=lambda s=stream, i=into: [i.append(line.rstrip()) for line in s], daemon=True)
                thread.start()
            until(lambda: len(lines) == 2, lambda: str(lines))
            self.assertRegex(lines[1], r"^a +- +alive")
            self.rows.append({"node_id": "b", "status": "alive"})
            until(lambda: len(lines) == 3, lambda: str(lines))
            self.assertRegex(lines[2], r"^b +- +alive")
            self.rows[0]["status"] = "suspected"
            until(lambda: len(lines) == 4, lambda: str(lines))
            self.assertRegex(lines[3], r"^a +- +suspected")
            del self.rows[1]
            until(lambda: "--- b is gone ---" in talk, lambda: str(talk))
            self.down = True
            until(lambda: any("still trying" in line for line in talk), lambda: str(talk))
            self.down = False
            until(lambda: f"--- {stub.at} answers again ---" in talk, lambda: str(talk))
            self.rows[0]["last_seen"] = "2026-01-01T00:00:09.000Z"
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(30), 130)
        self.assertEqual(len(lines), 4, "what changes by itself is no change")
        self.assertNotIn(ESCAPE, "".join(lines + talk))

    def test_it_ends_with_its_time(self):
        with StubNode(self.answer) as stub:
            done = run(self.folders, "nodes", "-w", "--coord", stub.at, "--token", "x", "--timeout", "100ms", "-o", "name")
        self.assertEqual((done.code, done.out, done.err), (6, "a\n", "error: the time of --timeout is over\n"))

    def test_a_node_that_is_not_there_at_first_is_an_error(self):
        self.down = True
        with StubNode(self.answer) as stub:
            done = run(self.folders, "nodes", "-w", "--coord", stub.at, "--token", "x")
        self.assertEqual((done.code, done.err), (3, "error: too much\n"))


class Asking(CliCase):
    """A protected context asks before it acts."""

    def setUp(self):
        self.config = self.node.folders.path / f"config-{self.id().rsplit('.', 1)[-1]}"
        folder = self.config / "p2p_admin"
        folder.mkdir(parents=True)
        (folder / "contexts.toml").write_text(
            f'current = "prod"\n[contexts.prod]\ncoord = "127.0.0.1:{self.node.port}"\nprotected = true\n')
        (folder / "contexts.toml").chmod(0o600)
        self.env = {"XDG_CONFIG_HOME": str(self.config), "P2P_COORD": ""}
        self.question = f"system.ping on context 'prod' (127.0.0.1:{self.node.port})"

    def screen(self, *words):
        screen = Screen(self.node.folders, *words, env={**self.env, "NO_COLOR": "1"})
        self.addCleanup(screen.close)
        return screen

    def test_without_a_terminal_it_does_not_ask(self):
        self.block(self.cli("call", "system.ping", env=self.env), 2, self.question + " would ask first", "add --yes")
        self.assertTrue(self.works("call", "system.ping", "--yes", env=self.env).json["pong"])
        self.works("nodes", env=self.env)

    def test_yes_goes_on(self):
        screen = self.screen("call", "system.ping", "-o", "ndjson")
        screen.wait_for(re.escape(self.question + ". Go on? [y/N] "))
        screen.type("y\n")
        self.assertEqual(screen.end(), 0)
        self.assertIn('{"pong":true', screen.text)

    def test_anything_else_does_nothing(self):
        for answer in ("\n", "n\n", "yeah\n"):
            screen = self.screen("call", "system.ping")
            screen.wait_for("Go on")
            screen.type(answer)
            self.assertEqual(screen.end(), 1, answer)
            self.assertIn("nothing was done", screen.text)

    def test_ctrl_c_at_the_question_is_130(self):
        screen = self.screen("call", "system.ping")
        screen.wait_for("Go on")
        screen.process.send_signal(signal.SIGINT)
        self.assertEqual(screen.end(), 130)


if __name__ == "__main__":
    main()
