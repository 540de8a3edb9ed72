"""A real node to test from outside: started on a free port of 127.0.0.1 with folders of its own, ended by its own pid.

    class Hello(NodeCase):                       one node for all tests of the class
        services = {"hello": SOURCE}             what lies in its services folder: text of main.cpp, or {file: bytes}
        def test_it_greets(self):
            self.assertEqual(self.node.call("hello/greet"), "hello world")

Every wait is a bounded look at a condition (`until`). Standard library only.
"""

import contextlib
import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from wire import LOOP, Connection, exchange, read_line, until

sys.dont_write_bytecode = True
PROGRAM = pathlib.Path(
    os.environ.get("P2P_ADMIN", pathlib.Path(__file__).parents[2] / "build/release/p2p_admin")
).resolve()
OURS = ("P2P_", "XDG_")  # variables that would change a node
NAMED = {"REDIS_URL", "REDIS_URL_FILE", "JWT_SECRET_KEY", "JWT_SECRET_KEY_FILE", "JWT_SECRET_KEY_PREVIOUS"}
NAMED |= {"JWT_SECRET_KEY_PREVIOUS_FILE", "SERVICES_DIR", "CREDENTIALS_DIRECTORY"}
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)
# AddressSanitizer keeps freed memory back for a while: then nothing can be said of how much a node needs.
SANITIZED = PROGRAM.exists() and b"__asan_init" in PROGRAM.read_bytes()


class Folders:
    """A temporary folder with a state directory and a services folder; goes away with `close`."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="p2p-api-"))
        self.state, self.services, self.home = (self.path / name for name in ("state", "services", "home"))
        for folder, mode in ((self.state, 0o700), (self.services, 0o755), (self.home, 0o700)):
            folder.mkdir()
            folder.chmod(mode)

    def put(self, name, files):
        """A service appears at once, as from a careful administrator: written aside, then renamed."""
        aside = self.path / f"aside-{name}"
        aside.mkdir()
        for file, content in as_files(files).items():
            write(aside / file, content)
        aside.rename(self.services / name)

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


def as_files(files):
    return {"main.cpp": files} if isinstance(files, (str, bytes)) else files


def write(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o644)


def replace(path, content):
    """Changes a file in one step, as an editor does that saves safely."""
    aside = path.parent.parent.parent / f"aside-{path.parent.name}-{path.name}"
    write(aside, content)
    aside.rename(path)


def die_with(parent):
    """In the child before it becomes the node: it goes when the test does."""

    def prepare():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def environment(folders, **more):
    clean = {k: v for k, v in os.environ.items() if k not in NAMED and not k.startswith(OURS)}
    clean.update(HOME=str(folders.home), NO_COLOR="1")
    clean.update(more)
    return clean


def run_program(folders, *words, env=None, seconds=60, stdin=subprocess.DEVNULL):
    """Runs the program to its end: (exit code, stdout, stderr)."""
    done = subprocess.run(
        [str(PROGRAM), *map(str, words)],
        env=environment(folders, **(env or {})),
        cwd=folders.path,
        stdin=stdin,
        capture_output=True,
        timeout=seconds,
        text=True,
        check=False,
        preexec_fn=die_with(os.getpid()),
    )
    return done.returncode, done.stdout, done.stderr


class Node:
    def __init__(
        self,
        role="coordinator",
        services=None,
        args=(),
        env=None,
        folders=None,
        flags=True,
        port=0,
        wait=True,
        restore_signals=True,
        verbose=True,
    ):
        self.own_folders = folders is None
        self.folders = folders or Folders()
        for name, files in (services or {}).items():
            self.folders.put(name, files)
        self.args = [role] + (["--verbose"] if verbose else []) + (["--port", port] if port is not None else [])
        if flags:
            self.args += ["--state-dir", self.folders.state, "--services-dir", self.folders.services]
        self.args += list(args)
        self.env = env or {}
        self.restore_signals = restore_signals
        self.tokens = {}
        self.start()
        if wait:
            self.wait_ready()

    # ---- its life

    def start(self):
        self.log_path = self.folders.path / f"log-{time.monotonic_ns()}"
        reading, writing = os.pipe()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM), *map(str, self.args), "--ready-fd", str(writing)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folders.path,
                env=environment(self.folders, **self.env),
                pass_fds=[writing],
                preexec_fn=die_with(os.getpid()),
                restore_signals=self.restore_signals,
            )
        os.close(writing)
        line = read_line(reading, 60)
        os.close(reading)
        if not line:
            code = self.process.wait(10)
            raise AssertionError(f"the node ended with {code}:\n{self.log()}")
        self.ready = json.loads(line)
        self.id, self.port, self.pid = self.ready["node_id"], self.ready["port"], self.process.pid

    def wait_ready(self):
        until(
            lambda: self.request("GET", "/readyz").status == 200 or self.ended(),
            lambda: "ready; " + self.log()[-2000:],
            90,
        )

    def ended(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the node ended with {self.process.returncode}:\n{self.log()[-3000:]}")
        return False

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, seconds=30):
        return self.process.wait(seconds)

    def stop(self, seconds=30):
        """SIGTERM, as a service manager sends it; the exit code."""
        self.signal()
        return self.wait(seconds)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        _, race, report = self.log().partition("WARNING: ThreadSanitizer")
        if self.own_folders:
            self.folders.close()
        assert not race, race + report[:10000]

    # ---- what it says

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_log(self, text, seconds=30):
        return until(
            lambda: text in self.log() or self.ended(), lambda: f"{text!r} in the log:\n{self.log()[-3000:]}", seconds
        )

    def audit(self):
        file = self.folders.state / "nodes" / str(self.port) / "audit.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()]

    def status_kb(self, key):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        raise KeyError(key)

    # ---- talking to it

    def request(self, method, path, body=None, token=None, headers=None, timeout=30):
        """`body`: bytes as they are, anything else as JSON."""
        connection = http.client.HTTPConnection(LOOP, self.port, timeout=timeout)
        with contextlib.closing(connection):
            return exchange(connection, method, path, body, token, headers)

    def token(self, role="admin", **more):
        key = (role, json.dumps(more, sort_keys=True))
        if key not in self.tokens:
            answer = self.request("POST", "/auth/token", {"node_id": "client", "role": role, **more})
            assert answer.status == 200, answer
            self.tokens[key] = answer.json["access_token"]
        return self.tokens[key]

    def get(self, path, role="admin", **more):
        return self.request("GET", path, token=self.token(role), **more)

    def post(self, path, body=None, role="admin", **more):
        return self.request("POST", path, body, token=self.token(role), **more)

    def rpc(self, path, params=None, role="admin", query="", headers=None, timeout=30, **members):
        """A call as the seed writes it; the whole answer."""
        body = {"method": path.replace(".", "/").split("/")[-1], "id": "req1", **members}
        if params is not None:
            body["params"] = params
        return self.post(f"/rpc/{path}{query}", body, role, headers=headers, timeout=timeout)

    def call(self, path, params=None, **more):
        """The result of a call that works."""
        answer = self.rpc(path, params, **more)
        assert answer.status == 200 and answer.json["error"] is None, answer
        return answer.json["result"]

    def wait_call(self, path, params=None, wanted=None, seconds=60):
        """Until the call works (and its result is `wanted`)."""
        last = []

        def works():
            self.ended()
            last[:] = [self.rpc(path, params)]
            good = last[0].status == 200 and (wanted is None or last[0].json["result"] == wanted)
            return last[0] if good else None

        return until(works, lambda: f"{path}: {last}\n{self.log()[-3000:]}", seconds).json["result"]

    def service(self, name):
        return self.get("/local/services").json["services"].get(name)

    def wait_service(self, name, fits, seconds=60):
        """Until `fits(entry)` of GET /local/services; `entry` is None while there is none."""
        return until(
            lambda: (entry := self.service(name)) and fits(entry) and entry or self.ended(),
            lambda: f"{name}: {self.service(name)}\n{self.log()[-3000:]}",
            seconds,
        )

    def take_out(self, name, seconds=60):
        """Removes the service's folder, and waits until no list has it."""
        shutil.rmtree(self.folders.services / name)
        until(
            lambda: not self.service(name) and not self.get(f"/services?service={name}").json["total"],
            lambda: f"{name} is gone: {self.service(name)}",
            seconds,
        )

    def connect(self, timeout=15):
        """A socket to write bytes to that no HTTP library would."""
        return Connection(self.port, timeout)

    def raw(self, data, timeout=15):
        """Sends `data`; all that came back until the node closed."""
        with self.connect(timeout) as wire:
            wire.send(data)
            return wire.rest()

    def metric(self, name, /, **labels):
        """The sum of the samples of `name` whose labels hold `labels`."""
        total = 0.0
        for line in self.request("GET", "/metrics").body.decode().splitlines():
            head, _, value = line.rpartition(" ")
            if head.partition("{")[0] == name and all(f'{k}="{v}"' in head for k, v in labels.items()):
                total += float(value)
        return total


class NodeCase(unittest.TestCase):
    """Tests that share one node, also with other classes of the file that want the same."""

    services = {}
    options = {}
    maxDiff = None
    running = {}

    @classmethod
    def setUpClass(cls):
        wanted = repr((cls.services, cls.options))
        if wanted not in cls.running:
            cls.running[wanted] = Node(services=cls.services, **cls.options)
            unittest.addModuleCleanup(cls.running[wanted].close)
        cls.node = cls.running[wanted]

    def assertError(self, answer, status, code, rpc_code=None):
        """An envelope or a problem that says this, with a sentence for people and a trace id."""
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        error = answer.json.get("error")
        problem = error["data"] if error else answer.json
        self.assertTrue(problem["detail"])
        self.assertEqual(problem["status"], status, answer)
        self.assertEqual(problem["type"], "/errors/" + code)
        self.assertEqual(problem["trace_id"], answer.headers["x-trace-id"], answer)
        if error:
            self.assertTrue(error["message"])
            self.assertEqual(answer.headers["content-type"], "application/json")
        else:
            self.assertEqual(answer.headers["content-type"], "application/problem+json", answer)
        if rpc_code is not None:
            self.assertEqual(problem["rpc_code"], rpc_code, answer)
            if error:
                self.assertEqual(error["code"], rpc_code, answer)


def main():
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"{PROGRAM} is missing: build it, or name it in P2P_ADMIN")
    unittest.main(verbosity=2)
