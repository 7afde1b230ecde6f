#!/usr/bin/env python3
"""Runs the gdb session of docs/debugging.md and compares: each line that the page shows must come, in this order. Line
numbers and addresses may differ.

    gdb_session.py GDB PROGRAM
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def plain(line):
    """Without what differs from build to build."""
    line = re.sub(r" at \S*/(core/)", r" at \1", line)
    line = re.sub(r"0x[0-9a-f]+", "0x", line)
    line = re.sub(r"^\d+\t", "", line)
    return re.sub(r"(\.[ch]pp):\d+$", r"\1", line)


def main():
    gdb, program = sys.argv[1:]
    page = (ROOT / "docs/debugging.md").read_text()
    session = re.search(r"^```gdb\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1].splitlines()
    commands = [line.removeprefix("(gdb) ") for line in session if line.startswith("(gdb) ")]
    expected = [line for line in session if not line.startswith("(gdb) ")]
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as script:
        script.write("\n".join(["set width 0", *commands]) + "\n")
        script.flush()
        environment = {**os.environ, "XGRAD_READABLE_RULES": "1", "ASAN_OPTIONS": "detect_leaks=0", "DEBUGINFOD_URLS": ""}
        run = subprocess.run([gdb, "-q", "-nx", "-batch", "-x", script.name, program], cwd=ROOT, env=environment,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = iter([plain(line) for line in run.stdout.splitlines()])
    for line in expected:
        if plain(line) not in output:  # which takes lines up to the one that is found
            sys.exit(f"{run.stdout}\n\ndocs/debugging.md: gdb does not print, in this place:\n{line}")
    print(f"{len(commands)} commands, {len(expected)} lines as on the page")


if __name__ == "__main__":
    main()
