"""new service and lint, as the author of a service types them."""

import json
import pathlib
import signal
import subprocess
import unittest

from session import PROGRAM, Folders, environment, main
from node import Node, run_program
from tokens import SECRET
from wire import until

FILES = ["main.cpp", "service.toml", "test.sh", "README.md"]
BROKEN = "#include <p2p/service.hpp>\nclass Run : public p2p::BaseService { int f() { return nothing; } };\nEXPORT_SERVICE(Run)\n"


class InFolders(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folders = Folders()
        self.addCleanup(self.folders.close)

    def run_program(self, *words, **more):
        return run_program(self.folders, *words, **more)

    def names(self, folder):
        return sorted(path.name for path in folder.iterdir())


class NewService(InFolders):
    def test_it_prints_the_files_and_what_comes_next(self):
        self.assertEqual(
            self.run_program("new", "service", "prices"),
            (
                0,
                "".join(f"services/prices/{name}\n" for name in FILES),
                "a node that serves ./services compiles it now; then:\n"
                "  p2p_admin call prices.greet name=you\n"
                "  p2p_admin lint services/prices\n",
            ),
        )
        self.assertEqual(self.names(self.folders.services), ["prices"])

    def test_as_a_document_and_as_a_name(self):
        code, out, _ = self.run_program("new", "service", "one", "-o", "json")
        self.assertEqual(code, 0)
        self.assertEqual(
            json.loads(out),
            {"service": "one", "folder": "services/one", "files": [f"services/one/{name}" for name in FILES]},
        )
        self.assertEqual(self.run_program("new", "service", "two", "-o", "name", "-q"), (0, "services/two\n", ""))

    def test_what_is_there_is_not_touched(self):
        self.folders.put("mine", "mine")
        self.assertEqual(
            self.run_program("new", "service", "mine"),
            (
                1,
                "",
                "error: services/mine is there already and was not touched\n"
                "hint:  choose another name, or look at what it holds: p2p_admin lint services/mine\n",
            ),
        )
        self.assertEqual((self.folders.services / "mine/main.cpp").read_text(), "mine")
        self.assertEqual(self.names(self.folders.services), ["mine"])

    def test_wrong_names_are_exit_2_with_a_name_that_would_do(self):
        self.assertEqual(
            self.run_program("new", "service", "My Prices"),
            (
                2,
                "",
                "error: 'My Prices' is no name for a service: it must match [a-z][a-z0-9_-]{0,63}\n"
                "hint:  p2p_admin new service my_prices\n",
            ),
        )
        code, _, err = self.run_program("new", "service", "system")
        self.assertEqual((code, err.splitlines()[0]), (2, "error: the name system belongs to the built-in service"))
        self.assertEqual(self.names(self.folders.services), [])

    def test_a_language_that_is_not_built_is_refused(self):
        code, _, err = self.run_program("new", "service", "prices", "--lang", "cobol")
        self.assertEqual(code, 2)
        self.assertIn("--lang: 'cobol' is none of cpp", err)

    def test_a_place_that_is_not_there_is_exit_5_and_one_that_is_not_ours_is_not_trusted(self):
        code, _, err = self.run_program("new", "service", "prices", "--dir", "no/way")
        self.assertEqual((code, err), (5, "error: there is no folder for no/way\nhint:  mkdir -p no/way\n"))
        self.folders.services.chmod(0o777)
        code, _, err = self.run_program("new", "service", "prices")
        self.assertEqual(code, 0)
        self.assertIn("warning: a node does not load it from there: ", err)
        self.assertIn("chmod go-w ", err)

    def test_a_node_that_runs_takes_it_whole(self):
        node = Node(folders=self.folders)
        self.addCleanup(node.close)
        self.assertEqual(self.run_program("new", "service", "prices", "-q")[0], 0)
        self.assertEqual(
            node.wait_call("prices/greet", {"name": "you"}), {"greeting": "hello, you", "node_id": node.id}
        )
        self.assertNotIn("| ERROR |", node.log())


class Lint(InFolders):
    def test_a_sound_service(self):
        self.run_program("new", "service", "prices")
        self.assertEqual(
            self.run_program("lint", "services/prices/"),
            (
                0,
                "METHOD        PARAMETERS  ROLE      DESCRIPTION\n"
                "greet         name?       viewer    Greets someone by name\n"
                "set_greeting  greeting    operator  What to say instead of hello\n"
                "prices: 4 methods (2 of every service), 4 public, nothing to complain about\n",
                "",
            ),
        )

    def test_a_mistake_has_its_place_as_the_person_would_open_it(self):
        self.folders.put("prices", BROKEN)
        error = "main.cpp:2:56: error: use of undeclared identifier 'nothing'\n"
        self.assertEqual(
            self.run_program("lint", "services/prices"),
            (1, f"services/prices/{error}prices: 1 error, 0 warnings\n", ""),
        )
        code, out, _ = self.run_program("lint", "services/prices", "-o", "json")
        self.assertEqual(code, 1)
        self.assertEqual(
            json.loads(out)["findings"],
            [{"level": "error", "message": "use of undeclared identifier 'nothing'",
              "file": "services/prices/main.cpp", "line": 2, "column": 56}],
        )
        inside = subprocess.run(
            [PROGRAM, "lint", "."], cwd=self.folders.services / "prices", env=environment(self.folders),
            capture_output=True, text=True, timeout=60, check=False,
        )
        self.assertEqual(inside.stdout, f"{error}prices: 1 error, 0 warnings\n")

    def test_verbose_shows_what_the_compiler_was_asked(self):
        self.folders.put("prices", BROKEN)
        _, _, err = self.run_program("lint", "services/prices", "-v")
        self.assertIn("clang", err)
        self.assertIn("-std=c++23", err)

    def test_a_service_that_crashes_when_it_is_loaded_does_not_take_lint_along(self):
        crash = "static const int x = [] { __builtin_trap(); return 0; }();\n"
        self.folders.put("prices", "#include <p2p/service.hpp>\n" + crash + BROKEN.replace("nothing", "x").split("\n", 1)[1])
        code, out, _ = self.run_program("lint", "services/prices")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"services/prices: error: it crashed with signal \d+ \(SIG(ILL|TRAP)\)")

    def test_the_compiler_sees_no_secret_and_nothing_is_left_behind(self):
        temporary = self.folders.path / "tmp"
        temporary.mkdir()
        steal = '#include <p2p/service.hpp>\n#include <cstdlib>\nclass Run : public p2p::BaseService { public:\n' \
                ' Run() { throw p2p::Error(p2p::Errc::internal, std::getenv("JWT_SECRET_KEY") ? "seen" : "clean"); } };\n' \
                "EXPORT_SERVICE(Run)\n"
        self.folders.put("prices", steal)
        _, out, _ = self.run_program("lint", "services/prices", env={"JWT_SECRET_KEY": SECRET, "TMPDIR": str(temporary)})
        self.assertIn("error: the constructor threw: clean\n", out)
        self.assertEqual(self.names(temporary), [])

    def test_interrupted_it_ends_its_children_and_cleans_up(self):
        temporary = self.folders.path / "tmp"
        temporary.mkdir()
        self.folders.put("prices", "#include <unistd.h>\n" + BROKEN.replace("int f() { return nothing; }", "public: Run() { for (;;) pause(); }"))
        lint = subprocess.Popen(
            [PROGRAM, "lint", "services/prices"], cwd=self.folders.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(self.folders, TMPDIR=str(temporary)), text=True,
        )
        self.addCleanup(lint.kill)
        child = until(lambda: describer_of(lint.pid), lambda: "the child that loads the library", 60)
        lint.send_signal(signal.SIGINT)
        out, err = lint.communicate(timeout=30)
        self.assertEqual((lint.returncode, out), (130, ""), err)
        self.assertFalse(pathlib.Path(f"/proc/{child}").exists())
        self.assertEqual(self.names(temporary), [])


def describer_of(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in children:
        if b"__describe" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
            return child
    return None


if __name__ == "__main__":
    main()
