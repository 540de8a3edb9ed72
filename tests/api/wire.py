"""Talking to a node: answers, requests over http.client, and connections on which any bytes can be sent."""

import json
import os
import select
import socket
import time

LOOP = "127.0.0.1"


def until(condition, what, seconds=30.0):
    """Looks again and again; the first answer that is true. AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    pause = 0.005
    while not (found := condition()):
        if time.monotonic() > end:
            said = what() if callable(what) else what
            raise AssertionError(f"not within {seconds:g} s: {said}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return found


class Answer:
    """What came back: status, headers (names in small letters), body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The error's name, in a problem or in an envelope; None without an error."""
        document = self.json
        error = document.get("error")
        return error["data"]["code"] if error else document.get("code")

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:600]!r}"


def exchange(connection, method, path, body=None, token=None, headers=None):
    """One request on an open http.client connection."""
    sent = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        if not any(name.lower() == "content-type" for name in sent):
            sent["Content-Type"] = "application/json"
    if token is not None:
        sent["Authorization"] = "Bearer " + token
    connection.request(method, path, body, sent)
    response = connection.getresponse()
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def read_line(fd, seconds):
    text, end = b"", time.monotonic() + seconds
    while not text.endswith(b"\n") and (left := end - time.monotonic()) > 0:
        if select.select([fd], [], [], left)[0]:
            if not (more := os.read(fd, 4096)):
                break
            text += more
    return text.decode()


class Connection:
    """A TCP connection to a node, byte by byte."""

    def __init__(self, port, timeout=15):
        self.socket = socket.create_connection((LOOP, port), timeout)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def fill(self):
        try:
            more = self.socket.recv(65536)
        except ConnectionResetError:
            more = b""
        self.buffer += more
        return bool(more)

    def rest(self):
        """Everything until the other side closes; TimeoutError when it does not."""
        while self.fill():
            pass
        text, self.buffer = self.buffer, b""
        return text

    def answer(self, head=False):
        """The next answer; `head`: it has no body whatever its length says. None when the connection is closed."""
        while b"\r\n\r\n" not in self.buffer:
            if not self.fill():
                assert not self.buffer, self.buffer
                return None
        text, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = text.decode().split("\r\n")
        status = int(lines[0].split()[1])
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
        size = 0 if head or status < 200 else int(headers.get("content-length", 0))
        while len(self.buffer) < size:
            assert self.fill(), f"the body ends early: {self.buffer!r}"
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return Answer(status, headers, body)

    def closed(self):
        """Whether the node closes, and says nothing more."""
        return self.answer() is None
