"""What a node costs besides requests: memory, its start, a service dropped in, a reload under load."""
import contextlib, os, shutil, socket, statistics, time
from concurrent.futures import ThreadPoolExecutor

from harness import Node, cpu_ns, goal, http_request, load, status_kib, wait_until

PING = ("/rpc/system/ping", b'{"method":"ping","params":{},"id":"1"}')
SERVICE = """#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "dropped";
  SERVICE_METHOD(version, (), description = "Which text this was compiled from", role = "viewer", public = true);
  std::int64_t version() { return %d; }
};
EXPORT_SERVICE(Run)
"""


def resident(pid):
    return status_kib(pid, "VmRSS")[0] / 1024


def private(pid):
    """What it wrote: pages of libraries that only this process happens to have mapped are none of its memory."""
    return status_kib(pid, "Private_Dirty", file="smaps_rollup")[0] / 1024


def memory(place, full):
    print("\nmemory of a coordinator with the built-in service")
    goals = []
    with contextlib.ExitStack() as stack:
        idle = Node(stack, place / "idle")
        wait_until("the first samples", lambda: idle.post(PING[0], {})["error"] is None)
        goals += [goal("idle, resident", resident(idle.pid), 12, " MiB"), goal("idle, private", private(idle.pid), 5, " MiB")]
        before, count = resident(idle.pid), 200   # per_ip allows 256
        sockets = [socket.create_connection(("127.0.0.1", idle.port)) for _ in range(count)]
        request = http_request(idle.port, *PING, idle.token)
        for s in sockets:
            s.sendall(request)
        for s in sockets:
            assert s.recv(65536).startswith(b"HTTP/1.1 200")
        goals.append(goal("an idle connection that has called once", (resident(idle.pid) - before) * 1024 / count, 8, " KiB"))
        for s in sockets:
            s.close()
    with contextlib.ExitStack() as stack:
        node = Node(stack, place / "soak")
        request = place / "soak.request"
        request.write_bytes(http_request(node.port, *PING, node.token))
        calls, seen = 0, []
        for wanted in (1_000_000, 10_000_000 if full else 4_000_000):
            while calls < wanted:
                calls += load(node.port, 16, 16, 3 if full else 2, request)["requests"]
            seen.append((calls, resident(node.pid)))
        print("  after " + ", ".join(f"{c:,} calls {mib:.1f} MiB" for c, mib in seen))
        goals.append(goal("growth from the first figure to the second", seen[1][1] - seen[0][1], 0.5, " MiB"))
    return [{"case": "memory", "goals": goals}]


def start(place, full):
    print("\nstart to ready, with the built-in service")
    times, cpu = [], []
    for i in range(40 if full else 15):
        with contextlib.ExitStack() as stack:
            node = Node(stack, place / f"start{i % 2}")   # the second time its keys are there
            times.append(node.ready_after * 1000)
            cpu.append(cpu_ns(node.pid) / 1e6)
    print(f"  min {min(times):.1f} ms, median {statistics.median(times):.1f} ms, most {max(times):.1f} ms; CPU {statistics.median(cpu):.1f} ms")
    return [{"case": "start", "ms": times, "goals": [goal("start to ready, median", statistics.median(times), 50, " ms")]}]


def answer(node):
    with contextlib.suppress(OSError):
        return node.post("/rpc/dropped/version", {})["result"]


def seconds_until(what, condition, put):
    begun = time.perf_counter()
    put()
    wait_until(what, condition, 120, 0.002)
    return time.perf_counter() - begun


def drop_in(place, full):
    """New texts each time, so that no build is found ready; the library is one that the node itself has built."""
    print("\na service dropped in, until it answers")
    rounds = 5 if full else 3
    with contextlib.ExitStack() as stack:
        node = Node(stack, place / "drop")
        folder, coming = node.services / "dropped", node.services / ".coming"
        compiled, libraries = [], []

        def save(number):
            folder.mkdir(exist_ok=True)
            (folder / "main.cpp").write_text(SERVICE % number)

        def rename_in():
            folder.mkdir(exist_ok=True)
            os.rename(coming, folder / "dropped.so")

        for number in range(rounds):
            compiled.append(seconds_until(f"version {number}", lambda: answer(node) == number, lambda: save(number)))
        build = next((place / "drop/state").rglob("build/dropped/*.so"))
        for _ in range(rounds):
            shutil.rmtree(folder)
            wait_until("its removal", lambda: "dropped" not in node.get("/local/services")["services"])
            shutil.copy(build, coming)
            libraries.append(seconds_until("the library", lambda: answer(node) is not None, rename_in))
    print("  main.cpp: " + ", ".join(f"{s:.2f} s" for s in compiled)
          + "; ready .so: " + ", ".join(f"{s * 1000:.0f} ms" for s in libraries))
    return [{"case": "drop-in", "goals": [
        goal("main.cpp saved to callable, median", statistics.median(compiled), 3, " s"),
        goal("ready .so to callable, median", statistics.median(libraries) * 1000, 100, " ms")]}]


def reloads(place, full):
    """Two libraries by turns, under load. Calls that fail are counted; a connection that breaks ends the load program."""
    print("\nreloads under load")
    count = 100 if full else 30
    with contextlib.ExitStack() as stack:
        node = Node(stack, place / "reload")
        folder, builds = node.services / "dropped", []
        for number in range(2):
            folder.mkdir(exist_ok=True)
            (folder / "main.cpp").write_text(SERVICE % number)
            wait_until(f"version {number}", lambda: answer(node) == number, 120)
            known = {build for build, _ in builds}
            fresh = next(b for b in (place / "reload/state").rglob("build/dropped/*.so") if b not in known)
            builds.append((fresh, fresh.read_bytes()))
        shutil.rmtree(folder)
        wait_until("its removal", lambda: "dropped" not in node.get("/local/services")["services"])

        def put(number):
            coming = node.services / ".coming"
            coming.write_bytes(builds[number % 2][1])
            folder.mkdir(exist_ok=True)
            os.rename(coming, folder / "dropped.so")

        put(1)
        wait_until("the library", lambda: answer(node) == 1)
        request = place / "reload.request"
        request.write_bytes(http_request(node.port, "/rpc/dropped/version", b"{}", node.token))
        steady = load(node.port, 8, 1, 2, request)
        with ThreadPoolExecutor(1) as beside:
            loaded = beside.submit(load, node.port, 8, 1, count * 0.15, request, allow_failures=True)
            done = 0
            while not loaded.done() and done < count:
                put(done)
                wait_until(f"reload {done}", lambda: answer(node) == done % 2)
                done += 1
            figures = loaded.result()
        leaked = next(line for line in node.open("/metrics").read().decode().splitlines()
                      if line.startswith("p2p_services_leaked_generations"))
        print(f"  {done} reloads, {figures['requests']:,} calls, {figures['not_ok']} failed; longest call but one in a hundred "
              f"{figures['p99_us'] / 1000:.1f} ms (without reloads {steady['p99_us'] / 1000:.1f} ms); {leaked}")
    return [{"case": "reloads", "goals": [goal("failed calls", figures["not_ok"], 0)]}]


def node_tables(place, full):
    return start(place, full) + memory(place, full) + drop_in(place, full) + reloads(place, full)
