#!/usr/bin/env python3
"""How many instructions the main paths take, counted and not timed: check.py [--update]

callgrind counts what the program executes; the same program with the same input gives the same count on a busy machine
and on a quiet one. A path is run N and 2N times, and the difference divided by N is what one pass costs, start and end
left out. figures.json has what each path took when it was looked at last. More than 2 % above it fails; more than 2 %
below it fails too, so that an improvement is kept: --update writes the new figures, and the commit says why they moved.

Requests go to a real node and are counted from the bytes of the socket to the bytes of the answer, within
HttpConnection::on_ready. The paths inside one process are those of paths.cpp.
"""
import contextlib, json, os, pathlib, re, socket, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[1] / "bench"))
from harness import BUILD, Node, http_request
from http_tables import minted

FIGURES = HERE / "figures.json"
MARGIN = 0.02
REQUESTS = 400
CALLS = 500
# The C library and OpenSSL choose their routines by the processor; here all processors are the plainest of today.
PLAIN = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-ERMS,-FSRM",
         "OPENSSL_ia32cap": "0x0:0x0"}


def copy_without_debug_info(place):
    """The valgrind of Debian 12 cannot read what clang 19 writes; names of functions stay."""
    place.mkdir()
    for name in ("p2p_admin", "libp2psdk.so", "p2p_instructions"):
        subprocess.run(["objcopy", "--strip-debug", BUILD / name, place / name], check=True)
    return place


def total(out):
    return int(re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.M)[1])


def callgrind(programs, out, *options):
    return ["env", f"LD_LIBRARY_PATH={programs}", "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet", *options]


class CountedNode(Node):
    """A node under callgrind, which counts only while a connection is served."""

    def __init__(self, stack, place, programs, out):
        self.programs, self.out = programs, out
        super().__init__(stack, place, settings=PLAIN)

    def command(self, argv):
        return callgrind(self.programs, self.out, "--toggle-collect=p2p::HttpConnection::on_ready(unsigned int)") + [
            self.programs / "p2p_admin", *argv[1:]]


def answers(stream, count):
    for _ in range(count):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += stream.readline()
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"refused: {head.decode()}")
        stream.read(int(re.search(rb"Content-Length: (\d+)", head)[1]))


def requests_once(place, programs, make, count, pipeline):
    out = place / "callgrind.out"
    with contextlib.ExitStack() as stack:
        node = CountedNode(stack, place, programs, out)
        sent = make(node, count)
        with socket.create_connection(("127.0.0.1", node.port), 60) as s, s.makefile("rb") as stream:
            for at in range(0, count, pipeline):
                s.sendall(b"".join(sent[at:at + pipeline]))
                answers(stream, pipeline)
    return total(out)


def per_request(place, programs, make, pipeline=1):
    place.mkdir()
    one, two = (requests_once(place / str(n), programs, make, n, pipeline) for n in (REQUESTS, 2 * REQUESTS))
    return (two - one) / REQUESTS


def per_call(place, programs, path):
    counts = []
    for n in (CALLS, 2 * CALLS):
        out = place / f"{path}.{n}.out"
        subprocess.run(callgrind(programs, out) + [programs / "p2p_instructions", path, str(n)], check=True, env=os.environ | PLAIN,
                       stdout=subprocess.DEVNULL)
        counts.append(total(out))
    return (counts[1] - counts[0]) / CALLS


def ping(node, count, body=b'{"method":"ping","params":{},"id":"1"}'):
    return [http_request(node.port, "/rpc/system/ping", body, node.token)] * count


def strict_ping(node, count):
    return ping(node, count, b'{"jsonrpc":"2.0","method":"ping","params":{},"id":1}')


def ping_with_new_tokens(node, count):
    return [request for token in minted(node.token, count) for request in
            [http_request(node.port, "/rpc/system/ping", b'{"method":"ping","params":{},"id":"1"}', token)]]


REQUESTS_BY_PATH = {"rpc_ping": (ping, 1), "rpc_ping_16_pipelined": (ping, 16), "rpc_ping_strict": (strict_ping, 1),
                    "rpc_ping_new_token": (ping_with_new_tokens, 1)}


def count_all(place):
    programs = copy_without_debug_info(place / "programs")
    paths = subprocess.run([programs / "p2p_instructions"], capture_output=True, text=True).stdout.split()
    counted = {path: per_call(place, programs, path) for path in paths}
    for path, (make, pipeline) in REQUESTS_BY_PATH.items():
        counted[path] = per_request(place / path, programs, make, pipeline)
    return {path: round(count) for path, count in counted.items()}


def main():
    with tempfile.TemporaryDirectory(prefix="p2p_instructions.") as place:
        counted = count_all(pathlib.Path(place))
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    moved = [path for path in known | counted
             if path not in known or path not in counted or abs(counted[path] / known[path] - 1) > MARGIN]
    for path, count in counted.items():
        print(f"{path:<26}{count:>9} instructions, known {known.get(path, '-'):>9}{'   MOVED' if path in moved else ''}")
    if "--update" in sys.argv:
        FIGURES.write_text(json.dumps(counted, indent=1) + "\n")
    elif moved:
        sys.exit(f"{', '.join(moved)} moved by more than {MARGIN:.0%}; if that is meant: tests/instructions/check.py --update")


main()
