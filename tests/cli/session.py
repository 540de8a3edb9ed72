"""Sessions with the command line: the program as a person or a script runs it.

    class Nodes(CliCase):                          one real node for all tests of the class
        def test_lists(self):
            done = self.cli("nodes", "-o", "name")
            self.assertEqual(done.out, self.node.id + "\\n")

`StubNode` is a server that says what the test wants, for what a healthy node would never answer. Standard library only.
"""

import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "api"))

from node import PROGRAM, Folders, NodeCase, die_with, environment, main  # noqa: E402,F401

ESCAPE = "\x1b"


class Done:
    """How it ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return self.out.splitlines()

    def __repr__(self):
        return f"exit {self.code}\nout: {self.out!r}\nerr: {self.err!r}"


def start(folders, *words, env=None, prepare=None, **more):
    """The program, running; stdout and stderr are pipes unless `more` says otherwise."""
    bound = die_with(os.getpid())

    def before():
        bound()
        if prepare is not None:
            prepare()

    return subprocess.Popen(
        [str(PROGRAM), *map(str, words)],
        env=environment(folders, **(env or {})),
        cwd=folders.path,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **more},
        preexec_fn=before,
    )


def run(folders, *words, env=None, stdin=None, seconds=60):
    pipe = subprocess.DEVNULL if stdin is None else subprocess.PIPE
    with start(folders, *words, env=env, stdin=pipe) as process:
        try:
            out, err = process.communicate(stdin, seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Done(process.returncode, out, err)


class CliCase(NodeCase):
    @classmethod
    def runs(cls, name):
        """Waits until the service runs; what it says when it cannot ends the test."""
        entry = cls.node.wait_service(name, lambda entry: entry["status"] in ("running", "failed"))
        assert entry["status"] == "running", entry

    def cli(self, *words, env=None, stdin=None, seconds=60):
        """Runs a command line against the node of the class."""
        env = {"P2P_COORD": f"127.0.0.1:{self.node.port}", **(env or {})}
        return run(self.node.folders, *words, env=env, stdin=stdin, seconds=seconds)

    def works(self, *words, **more):
        done = self.cli(*words, **more)
        self.assertEqual(done.code, 0, done)
        return done

    def block(self, done, code, error, hint=None, cause=None):
        """The error block says this, and nothing is on stdout."""
        wanted = f"error: {error}\n"
        wanted += f"cause: {cause}\n" if cause else ""
        wanted += f"hint:  {hint}\n" if hint else ""
        self.assertEqual((done.code, done.out, done.err), (code, "", wanted))


class StubNode:
    """Answers every request by `answer(method, path, body)`: (status, document or bytes[, headers])."""

    def __init__(self, answer):
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stub.seen.append((self.command, self.path, body))
                if self.path == "/auth/token" and stub.tokens:
                    status, content, headers = 200, {"access_token": "abc", "token_type": "bearer"}, {}
                else:
                    status, content, *rest = answer(self.command, self.path, body)
                    headers = rest[0] if rest else {}
                if not isinstance(content, bytes):
                    content = json.dumps(content).encode()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    for name, value in {"Content-Type": "application/json", **headers}.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", headers.get("Content-Length", str(len(content))))
                    self.end_headers()
                    self.wfile.write(content)
                    if "Content-Length" in headers:  # the test wants it cut
                        self.close_connection = True

            do_GET = do_POST = do_DELETE = respond

            def log_message(self, *_):
                pass

        self.seen, self.tokens = [], True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.at = "127.0.0.1:%d" % self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


def problem(code, status, detail="it is so", **more):
    return {"type": "/errors/" + code, "title": code, "status": status, "detail": detail, "code": code, **more}
