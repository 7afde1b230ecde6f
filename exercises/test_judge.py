#!/usr/bin/env python3
"""Tests the judge on the solutions of its exercises: `right` passes every check, each `wrong` fails the check it was
written for (its first line: `// caught by: NAME`), and `start` compiles and fails. What lessons/mistakes.md quotes of the judge is
printed for a wrong solution.

usage: test_judge.py [EXERCISE...]     all, if none is named; XGRAD_PREFIX names the installed library
"""
import concurrent.futures
import contextlib
import io
import os
import re
import sys

import judge


def printed(verdict):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        judge.show(verdict)
    return text.getvalue().split("\n")


def rounded(line):
    """Numbers with three digits, and nodes without theirs: the rest differs from processor to processor."""
    return re.sub(r"-?\d+\.\d+(e[-+]\d+)?", lambda number: f"{float(number[0]):.3g}", re.sub(r"node #\d+", "node", line))


def problems_of_quotes(name, verdicts):
    """The table of lessons/mistakes.md: | [NAME](...) | the mistake | `what the judge says` | ... A quote may end with '…'."""
    page = (judge.ROOT / "lessons/mistakes.md").read_text()
    lines = [rounded(line) for verdict in verdicts for line in printed(verdict)]
    for quote in re.findall(rf"^\| \[{name}\][^|]*\|[^|]*\| `([^`]*)` \|", page, re.M):
        begin = rounded(quote.removesuffix("…"))
        if not any(line.startswith(begin) if quote.endswith("…") else line == begin for line in lines):
            yield f"lessons/mistakes.md quotes '{quote}', which the judge says of no wrong solution"


def problems_of(name):
    solutions = judge.EXERCISES / "solutions" / name
    wrong = sorted(solutions.glob("wrong*.hpp"))
    judge.building.prepare()  # once, before several threads need it
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        files = [solutions / "right.hpp", judge.EXERCISES / name / "start.hpp", *wrong]
        right, start, *of_wrong = pool.map(lambda file: judge.verdict(name, file), files)
    if not right["done"]:
        yield f"right.hpp does not pass: {right}"
    if right["printed"]:
        yield "right.hpp prints"
    if len(wrong) < 3:
        yield f"{len(wrong)} wrong solutions, not 3"
    known = {check["check"] for check in right["checks"]}
    for file, verdict in zip(wrong, of_wrong):
        written_for = re.match(r"// caught by: (.*)\n", file.read_text())
        failed = [check["check"] for check in verdict["checks"] if not check["ok"]]
        if not written_for or written_for[1] not in known:
            yield f"{file.name} names no check: its first line must be '// caught by: ' and one of {sorted(known)}"
        elif written_for[1] not in failed:
            yield f"{file.name} is not caught by {written_for[1]}, but by {failed}; {verdict['error']}"
    yield from problems_of_quotes(name, of_wrong)
    if start["error"] or start["done"] or not start["checks"]:
        yield f"start.hpp must compile and fail: {start}"
    if not (judge.EXERCISES / name / "hints.md").read_text().startswith("1. "):
        yield "hints.md must be a numbered list"
    if name not in judge.names():
        yield "the table of exercises/README.md does not have it"
    if not judge.title(name).startswith(f"{name}: "):
        yield f"the title of task.md must begin with '{name}: '"


def main():
    bad = 0
    for name in sys.argv[1:] or judge.names():
        problems = list(problems_of(name))
        bad += len(problems)
        for problem in problems:
            print(f"{name}: {problem}")
        if not problems:
            print(f"{name}: as it should be", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
