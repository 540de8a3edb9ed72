"""What run_guide.py makes of a page, without a node: a runner that passes everything would prove nothing."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import run_guide
from run_guide import Guide, Wrong, blocks_of, fits, steps_of


class Pages(unittest.TestCase):
    def run_page(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".md") as page:
            page.write(text)
            page.flush()
            guide = Guide(pathlib.Path(page.name), verbose=False)
            try:
                return guide.run()
            finally:
                guide.close()

    def assertWrong(self, text, message):
        with self.assertRaises(Wrong) as caught:
            self.run_page(text)
        self.assertIn(message, str(caught.exception))

    def test_what_is_shown_must_be_printed(self):
        self.assertEqual(self.run_page("```console\n$ echo a; echo b\na\nb\n```\n"), 1)
        self.assertWrong("x\n\n```console\n$ echo a\nb\n```\n", ":3: echo a\n--- the guide\n+++ is so")

    def test_dots_stand_for_anything(self):
        self.assertEqual(self.run_page("```console\n$ echo {a..z}\na b ... z\n$ seq 100\n1\n...\n100\n```\n"), 1)
        self.assertTrue(fits("a...b", "ab"))
        self.assertFalse(fits("a.b", "axb"))

    def test_a_command_that_fails_is_told_though_nothing_is_shown(self):
        self.assertWrong("```console\n$ false\n```\n", "ended with 1: false")
        self.assertWrong("```sh\ntrue\nfalse\ntrue\n```\n", "ended with 1")
        self.assertEqual(self.run_page("```console\n$ false; echo $?\n1\n```\n"), 1)

    def test_what_goes_to_stderr_may_be_left_out_or_stand_before_or_behind(self):
        for shown in ("a\n", "a\nb\n", "b\na\n"):
            self.assertEqual(self.run_page(f"```console\n$ echo a; echo b >&2\n{shown}```\n"), 1)
        self.assertWrong("```console\n$ echo a; echo b >&2\nb\n```\n", "is so")

    def test_folder_and_variables_last_from_block_to_block(self):
        self.assertEqual(self.run_page("```sh\nmkdir a\ncd a\nX=1\n```\n```console\n$ echo ${PWD##*/} $X\na 1\n```\n"), 2)

    def test_a_command_may_take_several_lines_and_reads_no_input(self):
        self.assertEqual(steps_of("$ a \\\n    b\nc\n$ d\n"), [("a \\\n    b", "c"), ("d", "")])
        self.assertEqual(self.run_page("```console\n$ cat; echo end\nend\n```\n"), 1)

    def test_what_is_not_understood_is_an_error(self):
        self.assertWrong("```shell\ntrue\n```\n", "a block in 'shell' is none of")
        self.assertWrong("<!-- guide: skip -->\n```sh\ntrue\n```\n", "'guide: skip' is not known")
        self.assertWrong("```console\noutput\n```\n", "begins with a command")
        self.assertWrong("```toml\na = = b\n```\n", "is no toml")

    def test_a_file_is_put_where_it_says(self):
        self.assertEqual(
            self.run_page("<!-- guide: file a/b.txt -->\n```text\nhello\n```\n\n```console\n$ cat a/b.txt\nhello\n```\n"), 2)

    def test_a_directive_belongs_to_the_block_below_it_alone(self):
        first, second = blocks_of("<!-- guide: file a -->\n```text\n```\n\n```text\n```\n")
        self.assertEqual((first.file, second.file), ("a", None))

    def test_the_program_lies_in_the_folder_as_a_build_leaves_it(self):
        self.assertEqual(self.run_page(f"```console\n$ readlink p2p_admin\n{run_guide.PROGRAM}\n```\n"), 1)

    def test_the_port_of_the_page_is_the_port_of_the_run(self):
        self.assertEqual(run_guide.STATED.sub("7", "a:8001/x 18001 coordinator-8001 8001.2"), "a:7/x 18001 coordinator-7 7.2")
        self.assertEqual(self.run_page("```console\n$ echo http://127.0.0.1:8001/\nhttp://127.0.0.1:8001/\n```\n"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
