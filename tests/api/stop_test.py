"""How a node ends, and how a worker looks for its coordinator."""

import shutil
import signal
import socket
import threading
import unittest

import node as harness
from node import Folders, Node
from probe import PROBE, small
from wire import LOOP, Answer, until

CLEANED = """
  Task<> cleanup() override {
    logger.info("NAME cleaned up");
    co_return;
  }"""


def cleaning(name, needs=""):
    members = CLEANED.replace("NAME", name)
    if needs:
        members += f'\n  Run() {{ info.dependencies = {{"{needs}"}}; }}'
    return small(name, members=members)


class Stop(unittest.TestCase):
    def start(self, *args, **options):
        node = Node(*args, **options)
        self.addCleanup(node.close)
        return node

    def call_in_background(self, node, path, params, **members):
        """The answers come into the list, or the error that came in their place."""
        token, answers = node.token(), []

        def work():
            try:
                answers.append(node.request("POST", "/rpc/" + path, {"params": params, **members}, token))
            except Exception as error:  # for the test to look at
                answers.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 30)
        until(lambda: node.metric("p2p_service_value", service="probe", name="napping") > 0, "the call runs")
        return thread, answers

    def refuses(self, node):
        with socket.socket() as wire:
            wire.settimeout(10)
            return wire.connect_ex((LOOP, node.port)) != 0

    def test_running_calls_finish_services_clean_up_and_the_node_ends_with_0(self):
        node = self.start(services={"probe": PROBE, "cleaning": cleaning("cleaning")})
        thread, answers = self.call_in_background(node, "probe/nap", {"ms": 1200})
        node.signal(signal.SIGTERM)
        until(lambda: self.refuses(node), "new connections are refused")
        self.assertEqual(answers, [], "they are refused while the call still runs")
        thread.join(30)
        self.assertEqual((answers[0].status, answers[0].json["result"]), (200, 1200))
        self.assertEqual(answers[0].headers.get("connection"), "close")
        self.assertEqual(node.wait(), 0)
        self.assertIn("SIGTERM", node.log())
        self.assertIn("cleaning cleaned up", node.log())
        self.assertLess(node.log().index("POST /rpc/probe/nap 200"), node.log().index("cleaning cleaned up"))

    def test_an_idle_node_ends_at_once_on_ctrl_c(self):
        node = self.start()
        idle = node.connect()
        self.addCleanup(idle.close)
        node.signal(signal.SIGINT)
        self.assertEqual(node.wait(10), 0)
        self.assertTrue(idle.closed())

    def test_a_second_signal_ends_it_with_130(self):
        node = self.start(services={"probe": PROBE})
        self.call_in_background(node, "probe/nap", {"ms": 25000})
        node.signal(signal.SIGTERM)
        node.wait_log("stopping")
        node.signal(signal.SIGINT)
        self.assertEqual(node.wait(10), 130)

    def test_calls_that_do_not_end_are_cancelled_after_the_grace_period(self):
        node = self.start(services={"probe": PROBE, "cleaning": cleaning("cleaning")})
        thread, answers = self.call_in_background(node, "probe/nap", {"ms": 28000})
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(25), 0)
        thread.join(30)
        self.assertFalse(isinstance(answers[0], Answer) and answers[0].status == 200, answers)
        self.assertIn("cancelled", node.log())
        self.assertIn("cleaning cleaned up", node.log())

    def test_a_service_is_cleaned_up_before_what_it_needs(self):
        node = self.start(services={"upper": cleaning("upper", "lower"), "lower": cleaning("lower")})
        node.wait_call("upper/mark")
        self.assertEqual(node.stop(), 0)
        self.assertLess(node.log().index("upper cleaned up"), node.log().index("lower cleaned up"))

    def test_it_can_be_stopped_while_it_compiles(self):
        node = self.start()
        node.folders.put("late", small("late"))
        until(lambda: node.service("late"), "the folder was seen")
        self.assertEqual(node.stop(15), 0)

    def test_sighup_scans_the_folder_and_ends_nothing(self):
        node = self.start()
        node.folders.put("scanned", small("scanned"))
        node.signal(signal.SIGHUP)
        self.assertEqual(node.wait_call("scanned/mark"), "scanned")
        self.assertEqual(node.stop(), 0)

    def test_a_node_that_starts_again_compiles_nothing_that_did_not_change(self):
        folders = Folders()
        self.addCleanup(folders.close)
        folders.put("kept", small("kept"))
        node = self.start(folders=folders)
        self.assertEqual(node.call("kept/mark"), "kept")
        self.assertEqual(node.stop(), 0)
        self.assertIn("compiling kept", node.log())
        again = self.start(folders=folders)
        self.assertEqual(again.call("kept/mark"), "kept")
        self.assertNotIn("compiling", again.log())

    def test_a_services_folder_that_is_missing_is_no_reason_not_to_start(self):
        folders = Folders()
        self.addCleanup(folders.close)
        folders.services.rmdir()
        node = self.start(folders=folders)
        folders.services.mkdir(0o755)
        folders.put("later", small("later"))
        node.signal(signal.SIGHUP)
        self.assertEqual(node.wait_call("later/mark"), "later")
        shutil.rmtree(folders.services / "later")


class Worker(unittest.TestCase):
    def start(self, *args, **options):
        node = Node(*args, **options)
        self.addCleanup(node.close)
        return node

    def test_a_worker_starts_without_its_coordinator_and_keeps_trying_with_growing_pauses(self):
        with socket.socket() as silent:  # bound, not listening: refuses
            silent.bind((LOOP, 0))
            at = f"{LOOP}:{silent.getsockname()[1]}"
            worker = self.start("worker", args=["--coord", at], wait=False)
            self.assertEqual(worker.request("GET", "/health").json["role"], "worker")
            for pause in ("1 s", "2 s", "4 s"):
                worker.wait_log(f"next try in {pause}")
            self.assertIn(at, worker.log())
            ready = worker.request("GET", "/readyz?verbose")
            self.assertEqual(ready.status, 503)
            self.assertIn(at.encode(), ready.body)
            self.assertEqual(worker.call("system/ping")["pong"], True)
        self.assertEqual(worker.stop(), 0)

    def test_a_worker_says_when_its_coordinator_answers(self):
        coordinator = self.start()
        worker = self.start(
            "worker", args=["--coord", f"{LOOP}:{coordinator.port}"], folders=coordinator.folders, wait=False
        )
        worker.wait_log(f"{coordinator.id} answers at {LOOP}:{coordinator.port}")

    def test_without_a_port_a_worker_takes_a_free_one_from_8002_on(self):
        worker = self.start("worker", args=["--coord", f"{LOOP}:1"], port=None, wait=False)
        self.assertTrue(8002 <= worker.port <= 8101, worker.port)
        self.assertEqual(worker.id, f"worker-{worker.port}")


if __name__ == "__main__":
    harness.main()
