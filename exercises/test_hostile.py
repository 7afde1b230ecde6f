#!/usr/bin/env python3
"""Tests the judge with files that students write by accident: with errors, without an end, or with no code at all.

XGRAD_PREFIX names the installed library.
"""
import concurrent.futures
import contextlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import compiler_errors
import judge
import own_code
import running
import work

RIGHT = (judge.EXERCISES / "solutions/my_relu/right.hpp").read_text()


def body(code):
    return f"Variable my_relu(const Variable& x) {{ {code} }}\n"


# A file, and what the judge says of it; None: all is right.
FILES = [
    (RIGHT.replace(";", "", 1), "line 3: expected ‘,’ or ‘;’ before ‘return’"),
    (RIGHT.replace(";", "", 1), "hint: this line or the one above may lack a ;"),
    (RIGHT.rstrip()[:-1], "hint: the braces { } do not match"),
    (RIGHT + "int main() {}\n", "hint: the judge has the main function"),
    ("// nothing\n", "the checks need: Variable my_relu(const Variable& x)"),
    ("Variable my_relu(const Variable& x, double y) { return x; }\n", "the checks need: Variable my_relu(const Variable& x)"),
    (body("const Tensor y = x; return y;"), "hint: an op gives a Variable; x.value() is its Tensor"),
    ("#define checks foo\n" + RIGHT, "a #define that changes a name"),
    ("Variable my_relu(const Variable& x);\n", "my_relu(xgrad::Variable const&) is declared, and defined nowhere"),
    (body("std::vector<Variable> v; std::sort(v.begin(), v.end()); return x;"), ".hpp, line 1: "),  # the error is in std::sort
    (body("if (x.dim() > 9) return x;"), "hint: `return` is missing"),
    (("int x = caf\xe9;\n" + RIGHT).encode("latin-1"), ".hpp, line 1: "),
    (RIGHT.replace("\n", "\r\n").replace("return", "return\0", 1).encode("utf-8-sig"), None),
    ("using namespace std;\n" + RIGHT, None),
    (body("volatile int i = 0; for (;;) ++i; return x;"), "the check 'values' did not end within 5 s"),
    (body("for (;;) std::cout << \"a line\\n\";"), "a line"),
    (body("return my_relu(x * 2.0) * 1.0;"), "a function calls itself without an end"),
    (body("std::exit(0);"), "the check 'values' ended the program with status 0"),
    ("#include <csignal>\n" + body("raise(SIGRTMIN); return x;"), "the check 'values' crashed"),
    (body("throw 3;"), "it throws something that is no std::exception"),
    (body("std::system(\"sleep 1000 &\"); throw std::runtime_error(std::string(1 << 20, 'z'));"), "it throws: zzz"),
    (body("std::cerr << \"told\"; return x;"), "told"),
    (RIGHT + "struct S { S() { throw std::runtime_error(\"boo\"); } } s;\n", "the program crashed, SIGABRT: what():  boo"),
    (body("return x.value().clone();"), "the tape has 0 ops"),
]


def said(text, folder, number):
    file = folder / f"file{number}.hpp"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result, out = judge.verdict("my_relu", file), io.StringIO()
    json.dumps(result)
    with contextlib.redirect_stdout(out):
        judge.show(result)
    return result["done"], out.getvalue()


class Hostile(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        work.FOLDER, judge.RUNS = self.folder / "work", self.folder

    def call(self, *arguments):
        """(the exit status, the standard output) of judge.sh"""
        out, sys.argv = io.TextIOWrapper(io.BytesIO(), "utf-8"), ["judge.sh", *arguments]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as told:
            try:
                status = judge.program()
            except SystemExit as ended:  # wrong arguments
                return ended.code, told.getvalue()
        out.seek(0)
        return status or 0, out.read()

    def test_files(self):
        running.SECONDS = 5
        judge.building.prepare()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = pool.map(lambda row: said(row[1][0], self.folder, row[0]), enumerate(FILES))
            for (text, expected), (done, answer) in zip(FILES, answers):
                with self.subTest(text=text):
                    self.assertEqual(done, expected is None, answer)
                    self.assertIn(expected or "", answer)
                    self.assertLess(len(answer), 10000)
        self.assertFalse(list(self.folder.glob("run-*")))

    def test_every_start_is_declared(self):
        for name in judge.names():
            start = (judge.EXERCISES / name / "start.hpp").read_text()
            self.assertTrue(compiler_errors.declarations(start), name)

    def test_own_code(self):
        names = own_code.forbidden("Do not call `nn::Mask` or\n`relu`, as in `x.y`. Read `this`.\n")
        self.assertEqual(names, ["Mask", "relu", "x.y"])
        self.assertEqual(own_code.problem("my_relu(x); // relu(x)\n/* Mask */ \"relu(x)\"; int relu = 3;", names), "")
        self.assertIn("line 2 uses relu", own_code.problem("/*\n*/ y = x.relu ();", names))
        self.assertIn("line 1 uses Mask", own_code.problem("const nn::Mask mask;", names))
        for name in judge.names():
            task = (judge.EXERCISES / name / "task.md").read_text()
            self.assertEqual("not call `" in task, bool(own_code.forbidden(task)), name)

    def test_list_has_every_exercise_in_the_order_of_the_lessons(self):
        rows = self.call("list")[1].splitlines()
        lessons, names = [row[:9] for row in rows], [row.split()[2] for row in rows]
        self.assertEqual(lessons, sorted(lessons))
        self.assertEqual(sorted(names), sorted(path.parent.name for path in judge.EXERCISES.glob("*/task.md")))
        self.assertEqual(names[:2], ["scalar_tape", "my_relu"])

    def test_reset_loses_nothing(self):
        file = work.FOLDER / "my_relu.hpp"
        for text in ("one", "two"):
            work.FOLDER.mkdir(exist_ok=True)
            file.write_text(text)
            self.assertEqual(self.call("reset", "my_relu")[0], 0)
        kept = [(work.FOLDER / f"my_relu.{i}.hpp").read_text() for i in (1, 2)]
        self.assertEqual(kept, ["one", "two"])
        file.unlink()
        file.symlink_to(self.folder / "nowhere")
        self.assertIn("cannot be read", self.call("my_relu")[1])
        self.call("reset", "my_relu")
        self.assertTrue((work.FOLDER / "my_relu.3.hpp").is_symlink() and not (self.folder / "nowhere").exists())

    def test_no_file(self):
        (work.FOLDER / "my_relu.hpp").mkdir(parents=True)
        self.assertIn("work/my_relu.hpp is not a file", self.call("my_relu")[1])
        status, out = self.call("all", "--json")
        self.assertEqual((status, len(json.loads(out))), (1, 1))
        work.FOLDER = self.folder / "a file"
        work.FOLDER.write_text("")
        self.assertEqual(self.call("my_relu")[0], 2)
        self.assertEqual(json.loads(self.call("all", "--json")[1]), [])

    def test_hints_end(self):
        answers = [self.call("hint", "my_relu")[1] for _ in range(5)]
        self.assertTrue(answers[0].endswith("(1 of 3 hints)\n") and answers[4].endswith("(that is all hints)\n"), answers)
        (work.FOLDER / ".hints/my_relu").write_text("")
        self.assertEqual(self.call("hint", "my_relu")[1], answers[0])

    def test_arguments(self):
        for given, expected in [(["my_rellu"], "did you mean my_relu?"), (["work/my_relu.hpp"], "did you mean my_relu?"),
                                (["hint"], "hint takes the name"), (["my_relu", "all"], "takes no name"), (["list", "--watch"], "--watch goes")]:
            status, out = self.call(*given)
            self.assertEqual(status, 2)
            self.assertIn(expected, out)

    def test_no_library(self):
        os.environ["XGRAD_PREFIX"], before = str(self.folder), os.environ["XGRAD_PREFIX"]
        try:
            status, out = self.call("my_relu", "--json")
        finally:
            os.environ["XGRAD_PREFIX"] = before
        self.assertEqual(status, 2)
        self.assertIn("there is no xgrad", json.loads(out)["error"])

    def test_interrupted(self):
        work.FOLDER.mkdir()
        (work.FOLDER / "my_relu.hpp").write_text(body("std::cout << std::flush; for (;;) std::system(\"sleep 1\");"))
        code = ("import pathlib, sys, work, judge; judge.RUNS = pathlib.Path(sys.argv.pop()); work.FOLDER = judge.RUNS / 'work';"
                "sys.exit(judge.program())")
        for begun in ("run-*/my_relu.hpp", "run-*/my_relu.jsonl"):  # the build, and the run
            process = subprocess.Popen([sys.executable, "-c", code, "my_relu", self.folder], cwd=judge.EXERCISES, stdout=subprocess.DEVNULL)
            while process.poll() is None and not list(self.folder.glob(begun)):
                time.sleep(0.05)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(10), 130)
            left = [file for file in pathlib.Path("/proc").glob("[0-9]*/cmdline") if f"{self.folder}/run-" in text_of(file)]
            self.assertFalse(left)


def text_of(file):
    try:
        return file.read_text(errors="replace")
    except OSError:  # it has ended
        return ""


if __name__ == "__main__":
    unittest.main()
