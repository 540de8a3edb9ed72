"""What a request over HTTP costs, beside raw epoll, nginx, node http and FastAPI with uvicorn, in one run."""
import base64, contextlib, hashlib, hmac, json, os, pathlib, shutil, subprocess, uuid

from harness import BUILD, CORES, HERE, SECRET, Node, Server, compare, free_port, goal, http_request, load, loop_cpu_ns, process, wait_for_port

PING = ("/rpc/system/ping", b'{"method":"ping","params":{},"id":"1"}')
DOCUMENT = {"rows": [{"id": i, "name": f"worker-{i:04}", "load": i / 7, "tags": ["a", "b"], "alive": i % 3 > 0} for i in range(120)]}
ECHO = ("/rpc/echo/echo", json.dumps({"method": "echo", "params": {"document": DOCUMENT}, "id": "1"}).encode())
SEEN, UNSEEN = 2_000, 20_000   # tokens by turns; the node remembers about 4096


def nginx_config(place, port, body):
    (place / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {place}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {place}; proxy_temp_path {place};
  fastcgi_temp_path {place}; uwsgi_temp_path {place}; scgi_temp_path {place}; default_type application/json;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{body}'; }} }} }}
""")
    return place / "nginx.conf"


class Contenders:
    """Starts them on demand; each is asked what the node is asked."""

    def __init__(self, stack, place):
        self.stack, self.place, self.started, self.files = stack, place, {}, 0

    def request(self, port, call, token=None, whole=None):
        self.files += 1
        path = self.place / f"request{self.files}"
        path.write_bytes(whole or http_request(port, *call, token))
        return path

    def run(self, name, argv, port, **options):
        if name not in self.started:
            child = self.stack.enter_context(process(argv, **options))
            wait_for_port(port, child)
            self.started[name] = (port, child)
        return self.started[name]

    def node(self, node, call, name):
        return Server(name, node.port, node.pid, self.request(node.port, call, node.token))

    def raw_epoll(self, like):
        """Sends what `like` really answers, headers included, for requests of the same length."""
        answer = self.place / f"answer{self.files}"
        load(like.port, 1, 1, 0.3, like.request, answer)
        port = free_port()
        length = len(first_request(like.request.read_bytes()))
        child = self.stack.enter_context(process([BUILD / "p2p_bench_raw_epoll", port, length, answer]))
        wait_for_port(port, child)
        return Server("raw epoll", port, child.pid, like.request), answer.read_bytes()

    def nginx(self, call, token, answer):
        port = free_port()
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        body = answer.split(b"\r\n\r\n", 1)[1].decode()
        port, child = self.run("nginx", [program, "-c", nginx_config(self.place, port, body), "-p", self.place], port)
        worker = subprocess.run(["pgrep", "-P", str(child.pid)], capture_output=True, text=True, check=True).stdout.split()[0]
        return Server("nginx return 200", port, int(worker), self.request(port, call, token))

    def node_http(self, call):
        port = free_port()
        port, child = self.run("node", [shutil.which("node"), HERE / "contenders/node_http.js", port], port)
        return Server("node http", port, child.pid, self.request(port, call))

    def fastapi(self, call):
        port = free_port()
        argv = ["/usr/bin/python3", "-m", "uvicorn", "--app-dir", HERE / "contenders", "fastapi_app:app", "--port", port,
                "--no-access-log", "--log-level", "warning"]   # Debian's interpreter: the packages are Debian's
        port, child = self.run("fastapi", argv, port, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
        return Server("FastAPI + uvicorn", port, child.pid, self.request(port, call))


def first_request(data):
    end = data.index(b"\r\n\r\n") + 4
    length = int(data[:end].lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return data[:end + length]


def row(table, name):
    return next(r for r in table["rows"] if r["server"] == name)


def ping(contenders, node, full):
    us = contenders.node(node, PING, "p2p_admin system/ping")
    raw, answer = contenders.raw_epoll(us)
    others = [contenders.nginx(PING, node.token, answer), contenders.node_http(PING), contenders.fastapi(PING)]
    rounds, seconds = (9, 3) if full else (5, 1)
    cases = [("1 connection", 1, 1), ("64 connections", 64, 1), ("256 connections", 256, 1), ("16 connections, 16 pipelined", 16, 16)]
    tables = {}
    for title, connections, pipeline in cases:
        table = compare("HTTP RPC, " + title, [raw, us, *others], connections, pipeline, rounds, seconds)
        mine = row(table, us.name)
        if pipeline == 1:
            table["goals"] = [goal("CPU of raw epoll", mine["cpu_ratio"], 1.25, "x")] if connections > 1 else [
                goal("p50 of raw epoll", mine["p50_ratio"], 1.10, "x")]
            if connections == 64:
                table["goals"] += [
                    goal("CPU of nginx return 200", mine["cpu_ratio"] / row(table, "nginx return 200")["cpu_ratio"], 1.0, "x"),
                    goal("CPU of node http to ours", row(table, "node http")["cpu_ratio"] / mine["cpu_ratio"], 4, "x", ">="),
                    goal("CPU of FastAPI to ours", row(table, "FastAPI + uvicorn")["cpu_ratio"] / mine["cpu_ratio"], 10, "x", ">=")]
        tables[title] = table
    return list(tables.values())


def documents(contenders, node, full):
    us = contenders.node(node, ECHO, "p2p_admin echo/echo")
    raw, _ = contenders.raw_epoll(us)
    rounds, seconds = (7, 3) if full else (3, 1)
    title = f"HTTP RPC, a document of {len(ECHO[1]) / 1000:.1f} KB there and back, 64 connections"
    return [compare(title, [raw, us, contenders.node_http(ECHO), contenders.fastapi(ECHO)], 64, 1, rounds, seconds)]


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def minted(token, count):
    """Tokens like this one, each under an id of its own: the node has seen none of them."""
    head, claims, _ = token.split(".")
    known = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    for _ in range(count):
        known["jti"] = uuid.uuid4().hex[:len(known["jti"])]
        text = head + "." + base64url(json.dumps(known, separators=(",", ":")).encode())
        yield text + "." + base64url(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


def fresh_tokens(contenders, node, full):
    """Both send other tokens all the time, so that the difference is the check alone and not the caches of the machine."""
    servers = []
    for name, count in (("tokens seen before", SEEN), ("tokens never seen", UNSEEN)):
        whole = b"".join(http_request(node.port, *PING, token) for token in minted(node.token, count))
        servers.append(Server(name, node.port, node.pid, contenders.request(node.port, PING, whole=whole)))
    rounds, seconds = (9, 3) if full else (7, 1)
    title = f"HS256 tokens, {SEEN} and {UNSEEN} by turns, 16 connections, 16 pipelined"
    table = compare(title, servers, 16, 16, rounds, seconds)
    seen, unseen = (row(table, s.name) for s in servers)
    table["goals"] = [goal("a token's first check", (unseen["cpu_ratio"] - 1) * seen["cpu_us"], 1.5, " us")]
    return [table]


def two_loops(stack, place, full):
    """Work that takes much longer than its transport, so that the load program's share of the cores is small."""
    call = ("/rpc/echo/work", b'{"params":{"rounds":100000},"id":1}')
    contenders, servers = Contenders(stack, place), []
    for loops in (1, 2):
        node = Node(stack, place / f"loops{loops}", [HERE / "services/echo"], ["--threads", loops], CORES)
        servers.append(contenders.node(node, call, f"{loops} loop" + "s" * (loops > 1)))
    rounds, seconds = (9, 3) if full else (5, 2)
    before = loop_cpu_ns(servers[1].pid)
    table = compare("a threadsafe method of about 100 us, 64 connections, both cores", servers, 64, 1, rounds, seconds)
    used = [after - before[loop] for loop, after in loop_cpu_ns(servers[1].pid).items()]
    table["shares"] = sorted(round(100 * one / sum(used)) for one in used)
    print("  shares of the two loops: " + " and ".join(f"{share} %" for share in table["shares"]))
    one, two = (row(table, s.name) for s in servers)
    table["goals"] = [goal("work of two loops to one", two["per_s"] / one["per_s"], 1.8, "x", ">="),
                      goal("CPU a request", two["cpu_ratio"], 1.1, "x")]
    return [table]


def http_tables(place, full):
    with contextlib.ExitStack() as stack:
        node = Node(stack, place / "http", [HERE / "services/echo"])
        contenders = Contenders(stack, place)
        return ping(contenders, node, full) + documents(contenders, node, full) + fresh_tokens(contenders, node, full)


def loop_tables(place, full):
    with contextlib.ExitStack() as stack:
        return two_loops(stack, place, full)
