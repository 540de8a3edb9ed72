"""What the tables of bench/ share: processes on a core of their own, CPU time by the scheduler's sum, loads in turns.

The server has core 0, the load core 1. What counts is CPU time a request and its ratio to raw epoll sending the same
bytes, measured in turns; seconds and requests a second move with the neighbours and are shown for orientation.
"""
import contextlib, json, os, pathlib, shutil, signal, socket, statistics, subprocess, sys, time, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("P2P_BUILD", HERE.parent / "build/release")).resolve()
CORES = sorted(os.sched_getaffinity(0))
SECRET = "6f1d0c9b7a5e48332c1f0e9d8b7a6c5d4e3f2a1b"   # of the nodes that are measured, made for nothing else


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_ns(pid):
    """Of the threads that are alive now, ended children left out."""
    return sum(int(p.read_text().split()[0]) for p in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))


def status_kib(pid, *names, file="status"):
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines() if ":" in line)
    return [int(lines[name].split()[0]) for name in names]


@contextlib.contextmanager
def process(argv, cores=None, **options):
    chosen = ",".join(map(str, CORES[:1] if cores is None else cores))
    child = subprocess.Popen(["taskset", "-c", chosen, *map(str, argv)], **options)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until(what, condition, seconds=20.0, step=0.005):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited {seconds} s for {what}")
        time.sleep(step)


def wait_for_port(port, child):
    def answers():
        if child.poll() is not None:
            sys.exit(f"the server on port {port} ended")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return True
    wait_until(f"port {port}", answers)


class Node:
    """A coordinator of its own, with `services` (folders) copied into its services folder."""

    def __init__(self, stack, place, services=(), flags=(), cores=None, settings=None):
        place.mkdir(parents=True, exist_ok=True)
        self.place, self.services = place, place / "services"
        self.services.mkdir(exist_ok=True)
        for folder in services:
            shutil.copytree(folder, self.services / folder.name)
        read, write = os.pipe()
        env = {k: v for k, v in os.environ.items() if not k.startswith("P2P_")}
        env |= {"P2P_STATE_DIR": str(place / "state"), "JWT_SECRET_KEY": SECRET} | (settings or {})
        argv = [BUILD / "p2p_admin", "coordinator", "--port", 0, "--services-dir", self.services, "--ready-fd", write, *flags]
        self.log = place / "node.log"
        self.begun = time.perf_counter()
        self.child = stack.enter_context(process(self.command(argv), cores, env=env, pass_fds=[write], stderr=open(self.log, "ab")))
        os.close(write)
        with os.fdopen(read) as ready:
            line = ready.readline()
        self.ready_after = time.perf_counter() - self.begun
        if not line:
            sys.exit(f"the node did not start:\n{self.log.read_text()}")
        told = json.loads(line)
        self.port, self.pid = told["port"], told["pid"]
        self.token = self.post("/auth/token", {"node_id": "bench"}, token=False)["access_token"]
        for folder in services:
            self.wait_for_service(folder.name)

    def command(self, argv):
        return argv

    def open(self, path, body=None, token=True):
        head = {"Content-Type": "application/json"} | ({"Authorization": "Bearer " + self.token} if token else {})
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, head), timeout=60)

    def post(self, path, body, token=True):
        with self.open(path, body, token) as answer:
            return json.load(answer)

    def get(self, path):
        with self.open(path) as answer:
            return json.load(answer)

    def wait_for_service(self, name, generation=0):
        def runs():
            service = self.get("/local/services")["services"].get(name, {})
            if service.get("status") == "failed":
                sys.exit(f"{name}: {service.get('reason')}")
            return service.get("status") == "running" and service.get("generation", 0) >= generation
        wait_until(f"service {name}", runs, 180)


def http_request(port, path, body, token=None):
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    return (head + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def loop_cpu_ns(pid):
    """Of each loop of a node: its main thread and those beside it."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return {t.name: int((t / "schedstat").read_text().split()[0]) for t in tasks
            if t.name == str(pid) or (t / "comm").read_text().startswith("p2p-loop")}


def load(port, connections, pipeline, seconds, request, save=None, allow_failures=False):
    argv = ["taskset", "-c", CORES[-1], BUILD / "p2p_bench_http_load", port, connections, pipeline, seconds, request]
    out = subprocess.run([*map(str, argv), *([str(save)] if save else [])], check=True, capture_output=True, text=True)
    figures = json.loads(out.stdout)
    if figures["not_ok"] and not allow_failures:
        sys.exit(f"port {port}: {figures['not_ok']} of {figures['requests']} answers were not 200")
    return figures


class Server:
    """One that is measured. `request` is the file of what is sent to it."""

    def __init__(self, name, port, pid, request):
        self.name, self.port, self.pid, self.request = name, port, pid, request

    def measure(self, connections, pipeline, seconds):
        before = cpu_ns(self.pid)
        figures = load(self.port, connections, pipeline, seconds, self.request)
        figures["cpu_us"] = (cpu_ns(self.pid) - before) / figures["requests"] / 1000
        figures["per_s"] = figures["requests"] / figures["seconds"]
        return figures


def compare(title, servers, connections, pipeline, rounds, seconds):
    """A B A B ...: each round gives a ratio to the first server; quoted are their median and the best figures."""
    runs = [{s.name: s.measure(connections, pipeline, seconds) for s in servers} for _ in range(rounds)]
    first, rows = servers[0].name, []
    for server in servers:
        mine = [r[server.name] for r in runs]
        ratio = lambda key: statistics.median(r[server.name][key] / r[first][key] for r in runs)
        rows.append({"server": server.name, "cpu_ratio": ratio("cpu_us"), "p50_ratio": ratio("p50_us"),
                     "cpu_us": min(m["cpu_us"] for m in mine), "per_s": max(m["per_s"] for m in mine),
                     "min_us": min(m["min_us"] for m in mine), "p50_us": min(m["p50_us"] for m in mine)})
    print(f"\n{title}: {rounds} rounds in turns of {seconds} s")
    print(f"  {'':<30}{'CPU ratio':>10}{'CPU us':>9}{'p50 ratio':>11}{'min us':>9}{'p50 us':>9}{'best 1/s':>10}")
    for r in rows:
        print(f"  {r['server']:<30}{r['cpu_ratio']:>10.2f}{r['cpu_us']:>9.2f}{r['p50_ratio']:>11.2f}"
              f"{r['min_us']:>9.1f}{r['p50_us']:>9.1f}{r['per_s']:>10.0f}", flush=True)
    return {"case": title, "rows": rows}


def goal(text, value, bound, unit="", better="<="):
    """One line of a verdict: the figure beside what was promised."""
    held = value <= bound if better == "<=" else value >= bound
    print(f"  {'holds ' if held else 'MISSED'}  {text}: {value:.3g}{unit} (goal {better} {bound}{unit})", flush=True)
    return {"goal": text, "value": value, "bound": bound, "unit": unit, "held": held}
