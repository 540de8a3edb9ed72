"""The log at the command line: the last lines, filters, following."""

import json
import re
import signal
import threading

from session import ESCAPE, CliCase, main, start
from wire import until

TALKER = """
#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "talker";
  SERVICE_METHOD(say, (text), description = "Logs it", public = true, role = "viewer");
  Task<Value> say(std::string text) {
    logger.info("{}", text);
    logger.warning("careful: {}", text);
    co_return Value();
  }
};
EXPORT_SERVICE(Run)
"""


class Logs(CliCase):
    services = {"talker": TALKER}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs("talker")

    def say(self, text):
        self.node.call("talker/say", {"text": text})

    def test_lines_are_the_seeds_with_the_node_in_front(self):
        self.say("hello there")
        done = self.works("logs", "--service", "talker", "--grep", "hello there")
        self.assertRegex(done.lines[0], rf"^{self.node.id} \| \d\d:\d\d:\d\d \| INFO  \| Service\.talker \| hello there")
        self.assertRegex(done.lines[1], rf"^{self.node.id} \| \d\d:\d\d:\d\d \| WARN  \| Service\.talker \| careful: hello there")
        self.assertEqual(len(done.lines), 2, "oldest first, and no others")

    def test_filters(self):
        self.say("filter me")
        self.assertEqual(len(self.works("logs", "--level", "warn", "--grep", "filter me").lines), 1)
        self.assertEqual(self.works("logs", "--logger", "Http", "--grep", "filter me").out, "")
        self.assertEqual(len(self.works("logs", "--since", "1h", "--grep", "filter me").lines), 2)
        self.assertEqual(self.cli("logs", "--level", "loud").code, 2)
        for words in ((), ("-f",)):
            self.block(self.cli("logs", "--service", "talkr", *words), 5, "no service talkr",
                       "did you mean talker?   (p2p_admin services)")
        self.block(self.cli("logs", "-o", "name"), 2, "lines of a log have no names", "-o table, json, yaml or ndjson")
        self.assertEqual(self.cli("logs", "--since", "yesterday").code, 2)
        self.assertEqual(self.cli("logs", "--tail", "many").code, 2)

    def test_tail_is_the_newest_in_their_order(self):
        for i in range(5):
            self.say(f"number {i}")
        done = self.works("logs", "--tail", "3", "--level", "warn", "--service", "talker")
        self.assertEqual([line[-1] for line in done.lines], ["2", "3", "4"])
        self.assertEqual(self.works("logs", "--tail", "0").out, "")

    def test_formats(self):
        self.say("as a document")
        lines = self.works("logs", "-o", "ndjson", "--grep", "as a document").lines
        self.assertEqual([json.loads(line)["level"] for line in lines], ["INFO", "WARN"])
        document = self.works("logs", "-o", "json", "--grep", "as a document").json
        self.assertEqual([line["message"] for line in document["logs"]], ["as a document", "careful: as a document"])
        self.assertEqual(document["total"], 2)

    def test_a_line_cannot_drive_the_terminal(self):
        self.say("evil \x1b[2J and\nmore")
        done = self.works("logs", "--service", "talker", "--tail", "1")
        self.assertNotIn(ESCAPE, done.out)
        self.assertIn(r"evil \u001b[2J and\nmore", done.out)

    def test_following_shows_each_line_as_it_comes(self):
        self.say("before")
        process = start(self.node.folders, "logs", "-f", "--service", "talker", "--tail", "2",
                        env={"P2P_COORD": f"127.0.0.1:{self.node.port}"})
        lines = []
        thread = threading.Thread(target=lambda: [lines.append(line.rstrip()) for line in process.stdout], daemon=True)
        thread.start()
        until(lambda: len(lines) == 2, lambda: str(lines))
        self.assertTrue(lines[-1].endswith("careful: before"), lines)
        self.say("after")
        until(lambda: len(lines) == 4, lambda: str(lines))
        self.assertTrue(re.search(r"Service\.talker \| after", lines[2]), lines)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)
        thread.join(10)
        self.assertEqual(process.stderr.read(), "error: interrupted\n")
        process.stdout.close()
        process.stderr.close()

    def test_following_ends_with_its_time(self):
        done = self.cli("logs", "-f", "--tail", "0", "--timeout", "300ms", "--grep", "nothing like it")
        self.assertEqual((done.code, done.out, done.err), (6, "", "error: the time of --timeout is over\n"))

    def test_a_viewer_may_not(self):
        for words in ([], ["-f"]):
            done = self.cli("logs", *words, "--token", self.node.token("viewer"))
            self.assertEqual((done.code, done.out), (4, ""))


if __name__ == "__main__":
    main()
