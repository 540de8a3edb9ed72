#!/usr/bin/env python3
"""Runs a guide as its reader would: every command in it is executed, what it shows is compared, every service in it is
compiled and loaded.

    tests/guide/run_guide.py docs/guide/first-steps.md [--verbose]

A guide has a folder of its own, which is also its home and holds the link ./p2p_admin that `./run build` makes, and at
most one node, which it starts itself on a port that is free; where it says 8001, that port is meant. Blocks are taken in
order; what is indented instead of fenced is not looked at:

    ```console   lines that begin with `$ ` are commands (one that ends with \\ goes on in the next line), the others are
                 what they print, compared to the letter but for `...`, which stands for anything. What is printed to
                 stderr may be left out, or stands before or behind the rest. With nothing shown, nothing is compared. A
                 command must end with 0; `; echo $?` shows another code
    ```sh        one script; each of its commands must end with 0
    ```cpp       a whole service (with EXPORT_SERVICE) becomes services/<SERVICE_NAME>/main.cpp and must run, if there
                 is a node, or pass `p2p_admin lint`; anything else is the inside of a class Run, and must pass it too
    ```toml      must be TOML
    ```text      is not looked at

A comment line before a block says more of it:

    <!-- guide: background -->              the commands start the node and go on running
    <!-- guide: file services/a/x.toml -->  the block is this file; a service that is there is waited for

A block in another language, or a comment that is none of these, is an error, so nothing is passed over by mistake.
"""

import argparse
import difflib
import http.client
import json
import os
import pathlib
import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("P2P_ADMIN", ROOT / "build/release/p2p_admin")).resolve()
COMMAND_SECONDS, READY_SECONDS, SETTLE_SECONDS, NOTICED_SECONDS = 120, 90, 180, 10
FENCE = re.compile(r"^(?P<mark>```|~~~)(?P<language>[^\n]*)\n(?P<text>.*?)^(?P=mark)[ \t]*$", re.M | re.S)
DIRECTIVE = re.compile(r"^<!-- guide: (?P<words>.*?) -->\s*\Z", re.M)
STATED = re.compile(r"(?<![\w.])8001(?!\w)|(?<=coordinator-)8001")
KEPT = ("PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")


class Wrong(Exception):
    """What the guide says is not so."""


class Block:
    def __init__(self, page, match):
        before = page[: match.start()]
        self.line = before.count("\n") + 1
        self.language = match["language"].strip()
        self.text = match["text"]
        found = DIRECTIVE.search(before[before.rfind("\n\n") + 1 :])
        self.words = found["words"].split() if found else []

    @property
    def background(self):
        return self.words == ["background"]

    @property
    def file(self):
        return self.words[1] if len(self.words) == 2 and self.words[0] == "file" else None

    def check(self):
        if self.language not in ("console", "sh", "cpp", "toml", "text", "json") and not self.file:
            raise Wrong(f"a block in '{self.language}' is none of console, sh, cpp, toml, json, text")
        if self.words and not self.background and not self.file:
            raise Wrong(f"'guide: {' '.join(self.words)}' is not known")


def blocks_of(page):
    return [Block(page, match) for match in FENCE.finditer(page)]


def steps_of(text):
    """[(command, what it prints)] of a console block."""
    steps = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append([line[2:], []])
        elif not steps:
            raise Wrong(f"a console block begins with a command, not with: {line}")
        elif not steps[-1][1] and steps[-1][0].endswith("\\"):
            steps[-1][0] += "\n" + line
        else:
            steps[-1][1].append(line)
    return [(command, "\n".join(shown).strip("\n")) for command, shown in steps]


def fits(shown, printed):
    """`...` stands for anything, also for nothing."""
    parts = [re.escape(part) for part in shown.split("...")]
    return re.fullmatch(r"[\s\S]*?".join(parts), printed) is not None


def joined(*texts):
    return "\n".join(text for text in texts if text)


class Shell:
    """A bash that keeps its folder and variables from block to block. Commands have no stdin."""

    def __init__(self, folder, environment):
        self.talk = folder / ".talk"
        self.process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )

    def run(self, text, script=False):
        """(exit code, what went to stdout, to stderr). A script ends at its first failure."""
        mark = "end-" + secrets.token_hex(8)
        strict = ("set -e\n", "set +e\n") if script else ("", "")
        whole = f"{{\n{strict[0]}{text}\n{strict[1]}}} </dev/null 2>{self.talk}\nprintf '\\n{mark} %s\\n' $?\n"
        self.process.stdin.write(whole.encode())
        self.process.stdin.flush()
        code, output = self.until(re.compile(rb"\n" + mark.encode() + rb" (\d+)\n"), text)
        return code, output, self.talk.read_text(errors="replace")

    def until(self, mark, text):
        output, end = b"", time.monotonic() + COMMAND_SECONDS
        while not (found := mark.search(output)):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise Wrong(f"it did not end within {COMMAND_SECONDS} s: {text}\n{output.decode(errors='replace')}")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                return self.process.wait(10) or 1, output.decode(errors="replace")
            output += more
        return int(found[1]), output[: found.start()].decode(errors="replace")

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:  # a script's failure has ended it
            pass
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.process.wait(10)


class Guide:
    def __init__(self, path, verbose):
        self.page, self.path, self.verbose = path.read_text(encoding="utf-8"), path, verbose
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="p2p-guide-"))
        self.folder.chmod(0o700)
        (self.folder / "p2p_admin").symlink_to(PROGRAM)
        with socket.socket() as probe:  # nobody else is given a port that was just let go, for a while
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.shell = Shell(self.folder, self.environment())
        self.node = self.token = None

    def environment(self):
        clean = {name: os.environ[name] for name in KEPT if name in os.environ}
        clean["PATH"] = f"{PROGRAM.parent}:{clean.get('PATH', '/usr/bin:/bin')}"
        clean.update(HOME=str(self.folder), P2P_COORD=f"127.0.0.1:{self.port}", NO_COLOR="1", no_proxy="127.0.0.1")
        return clean

    def close(self):
        if self.node:
            self.node.terminate()
            try:
                self.node.wait(30)
            except subprocess.TimeoutExpired:
                self.node.kill()
        self.shell.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self):
        """Raises Wrong with the place. The number of blocks."""
        blocks = blocks_of(self.page)
        for block in blocks:
            try:
                block.check()
                self.take(block)
            except Wrong as wrong:
                log = self.folder / "node.log"
                tail = "\nthe node's log ends with:\n" + log.read_text()[-3000:] if log.exists() else ""
                raise Wrong(f"{self.path}:{block.line}: {wrong}{tail}") from None
        return len(blocks)

    def take(self, block):
        if block.file:
            said = self.said()
            self.put(self.folder / block.file, block.text)
            self.settle({block.file}, said=said)
        elif block.background:
            self.start(block)
        elif block.language == "console":
            for command, shown in steps_of(block.text):
                self.step(command, shown)
        elif block.language == "sh":
            self.step(block.text, "", script=True)
        elif block.language == "cpp":
            self.compile(block)
        elif block.language == "toml":
            self.parse(tomllib.loads, block)
        elif block.language == "json":
            self.parse(json.loads, block)

    def parse(self, reader, block):
        try:
            reader(block.text)
        except ValueError as error:
            raise Wrong(f"is no {block.language}: {error}") from None

    # ---- commands

    def step(self, command, shown, script=False):
        before, seen = self.programs(), self.versions()
        code, output, talk = self.shell.run(STATED.sub(str(self.port), command), script)
        output, talk = self.as_written(output), self.as_written(talk)
        if self.verbose:
            print(f"$ {command}\n{joined(output, talk)}")
        if code != 0:
            raise Wrong(f"ended with {code}: {command}\n{joined(output, talk)}")
        if shown and not any(fits(shown, p) for p in (output, joined(output, talk), joined(talk, output))):
            printed = joined(output, talk)
            diff = difflib.unified_diff(shown.splitlines(), printed.splitlines(), "the guide", "is so", lineterm="")
            raise Wrong(f"{command}\n" + "\n".join(diff))
        after = self.programs()
        self.settle({name for name, stamp in after.items() if before.get(name) != stamp},
                    {name: seen.get(name) for name, (code, _) in after.items() if before.get(name, ("",))[0] != code})

    def as_written(self, text):
        """With the port and the home that the page speaks of, without blanks at the ends of lines."""
        text = text.replace(str(self.port), "8001").replace(str(self.folder), "/home/you")
        return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())

    def start(self, block):
        if self.node:
            raise Wrong("a guide has one node, and it runs already")
        command = STATED.sub(str(self.port), block.text.strip().removeprefix("$ "))
        command = re.sub(r"(\./)?p2p_admin coordinator", rf"exec \g<0> --port {self.port}", command, count=1)
        _, folder, _ = self.shell.run("pwd")
        self.services = pathlib.Path(folder.strip()) / "services"
        with open(self.folder / "node.log", "wb") as log:
            self.node = subprocess.Popen(
                ["bash", "-c", command], cwd=folder.strip(), env=self.environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )
        self.until(lambda: self.ask("GET", "/readyz")[0] == 200, "the node is not ready", READY_SECONDS)

    # ---- the node

    def ask(self, verb, path, body=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "application/json"} if body else {}
        if token:
            headers["Authorization"] = "Bearer " + token
        try:
            connection.request(verb, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def until(self, holds, otherwise, seconds):
        end = time.monotonic() + seconds
        while not holds():
            if self.node.poll() is not None:
                raise Wrong(f"the node ended with {self.node.returncode}")
            if time.monotonic() > end:
                raise Wrong(otherwise() if callable(otherwise) else otherwise)
            time.sleep(0.05)

    def services_now(self):
        if self.token is None:
            self.token = json.loads(self.ask("POST", "/auth/token", '{"node_id": "guide"}')[1])["access_token"]
        return json.loads(self.ask("GET", "/local/services", token=self.token)[1])["services"]

    def programs(self):
        """{folder of a service: (its code, stamp of all that lies in it)}."""
        stamps = {}
        folder = self.services_folder()
        for main in list(folder.glob("*/main.cpp")) + list(folder.glob("*/*.so")):
            files = sorted(p for p in main.parent.rglob("*") if p.is_file())
            code = b"".join(p.read_bytes() for p in files if p.suffix in (".cpp", ".hpp", ".so"))
            stamps[main.parent.name] = code, tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files)
        return stamps

    def versions(self):
        """{service: which version of it runs, and what became of the last one that did not}."""
        if self.node is None or self.node.poll() is not None:
            return {}
        return {name: (entry.get("generation"), entry.get("update", entry.get("reason")))
                for name, entry in self.services_now().items()}

    def said(self):
        """How much the node's log holds."""
        log = self.folder / "node.log"
        return log.stat().st_size if log.exists() else 0

    def settle(self, changed, outdated=(), said=None):
        """Until the node has looked at what changed in its services: a reader is slower than it is. `outdated`: the
        versions of those whose code is other now, which the node is sure to judge. `said`: where its log ended before
        the change, if it is one that the log tells of (for NOTICED_SECONDS; perhaps it has changed nothing)."""
        names = {name.split("/")[1] if "/" in name else name for name in changed}
        names = {name for name in names if (self.services_folder() / name / "main.cpp").exists()}
        if self.node is None or not names:
            return
        begin = time.monotonic()
        quiet_since = [begin, None]

        def noticed():
            with open(self.folder / "node.log", "rb") as log:
                log.seek(said)
                more = log.read().decode(errors="replace")
            return all(f"{name}: " in more or f"ing {name}" in more for name in names)

        def settled():
            if said is not None and not noticed() and time.monotonic() - begin < NOTICED_SECONDS:
                return False
            versions = self.versions()
            if any(name in names and versions.get(name) == before for name, before in dict(outdated).items()):
                return False
            now = {name: self.services_now().get(name) for name in names}
            if any(entry is None or entry["status"] in ("starting", "stopping") for entry in now.values()):
                quiet_since[:] = [time.monotonic(), now]
            seen = {name: (e or {}).get("generation") for name, e in now.items()}, [
                (e or {}).get("update", (e or {}).get("reason")) for e in now.values()]
            if quiet_since[1] != seen:
                quiet_since[:] = [time.monotonic(), seen]
            return time.monotonic() - quiet_since[0] > 1.5 and self.idle()

        self.until(settled, lambda: f"the node does not come to rest: {self.services_now()}", SETTLE_SECONDS)

    def services_folder(self):
        return getattr(self, "services", self.folder / "services")

    def idle(self):
        """No compiler runs below the node."""
        children = pathlib.Path(f"/proc/{self.node.pid}/task/{self.node.pid}/children").read_text().split()
        return not any("clang" in self.name_of(pid) for pid in children)

    @staticmethod
    def name_of(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/comm").read_text()
        except OSError:
            return ""

    # ---- code

    @staticmethod
    def put(path, text):
        """In one step, as a careful editor saves."""
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.parent / f".{path.name}.new"
        aside.write_text(text, encoding="utf-8")
        aside.chmod(0o644)
        aside.rename(path)

    def compile(self, block):
        name = re.search(r'SERVICE_NAME\s*=\s*"([^"]+)"', block.text)
        whole = "EXPORT_SERVICE" in block.text
        if whole and not name:
            raise Wrong("a whole service names itself: SERVICE_NAME")
        if whole and self.node:
            before = self.versions()
            self.put(self.services_folder() / name[1] / "main.cpp", block.text)
            self.settle({name[1]}, {name[1]: before.get(name[1])})
            entry = self.services_now()[name[1]]
            if entry["status"] != "running" or "update" in entry:
                raise Wrong(f"{name[1]} does not run: {entry}")
            return
        place = self.folder / "lint" / (name[1] if whole else "fragment")
        shutil.rmtree(place.parent, ignore_errors=True)
        for contract in self.services_folder().glob("*/api.hpp"):
            self.put(place.parent / contract.parent.name / contract.name, contract.read_text())
        self.put(place / "main.cpp", block.text if whole else as_service(block.text))
        done = subprocess.run(
            [PROGRAM, "lint", place], env=self.environment(), capture_output=True, text=True, timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise Wrong(f"lint finds fault with it:\n{done.stdout}{done.stderr}")


def as_service(inside):
    includes = "".join(line + "\n" for line in inside.splitlines() if line.startswith("#include"))
    body = "\n".join(line for line in inside.splitlines() if not line.startswith("#include"))
    return (f"#include <p2p/service.hpp>\n{includes}using namespace p2p;\n"
            f"class Run : public BaseService {{\n public:\n{body}\n}};\nEXPORT_SERVICE(Run)\n")


def main():
    parser = argparse.ArgumentParser(description="runs a guide")
    parser.add_argument("guide", type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"{PROGRAM} is missing: build it, or name it in P2P_ADMIN")
    guide = Guide(asked.guide, asked.verbose)
    try:
        count = guide.run()
    except Wrong as wrong:
        sys.exit(str(wrong))
    finally:
        guide.close()
    print(f"{asked.guide}: {count} blocks are so")


if __name__ == "__main__":
    main()
