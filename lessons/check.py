#!/usr/bin/env python3
"""Checks a lesson: its sections, its program, what the program prints, and the places in the library that it names.

usage: check.py PROGRAM FOLDER     FOLDER has page.md, main.cpp, figure.py and figure.svg

- page.md has a title and the sections below, in this order.
- main.cpp has at most 80 lines. Each ```cpp block of the page stands in it, word for word.
- The first ```text block after "What it prints" is what PROGRAM prints.
- "What to change" ends with links to the lesson's exercises, if the table in exercises/README.md has any. Their tasks link the lesson.
- Each row of the last table names a file of the project, and a symbol that stands in this file.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECTIONS = ["The question", "The mathematics", "By hand", "The program", "What it prints", "What to change", "In the library"]
MOST_LINES = 80


def problems_of(program, folder):
    page, source = (folder / "page.md").read_text(), (folder / "main.cpp").read_text()
    if re.findall(r"^## (.*)$", page, re.M) != SECTIONS:
        yield f"the sections must be {', '.join(SECTIONS)}"
        return
    yield from problems_of_text(page, source, folder)
    yield from problems_of_output(page, program)
    yield from problems_of_exercises(page, folder)
    yield from problems_of_places(page)


def section(page, title):
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


def problems_of_text(page, source, folder):
    lines = source.count("\n")
    if lines > MOST_LINES:
        yield f"main.cpp has {lines} lines; a lesson's program has at most {MOST_LINES}"
    if not re.match(rf"# {folder.name[:2]} · \S", page):
        yield f"the title must be '# {folder.name[:2]} · ...'"
    if not re.search(r"!\[[^\]]{20,}\]\(figure\.svg\)", page):
        yield "the page does not show figure.svg with a description of it in words"
    for block in re.findall(r"^```cpp\n(.*?)^```", page, re.M | re.S):
        if block not in source:
            yield f"this is not in main.cpp:\n{block}"


def problems_of_output(page, program):
    try:
        printed = subprocess.run([program], capture_output=True, text=True, errors="replace", timeout=120)
    except subprocess.TimeoutExpired:
        yield "the program does not end within 120 s"
        return
    if printed.returncode != 0:
        yield f"the program ends with {printed.returncode}:\n{printed.stderr}"
    shown = re.search(r"^```text\n(.*?)^```", section(page, "What it prints"), re.M | re.S)
    if not shown or shown[1] != printed.stdout:
        yield f"the page shows\n{shown[1] if shown else 'nothing'}\nand the program prints\n{printed.stdout}"


def problems_of_exercises(page, folder):
    row = re.search(rf"^\| {folder.name[:2]} \| (.*) \|$", (ROOT / "exercises/README.md").read_text(), re.M)
    wanted = re.findall(r"`(\w+)`", row[1]) if row else []
    line = re.search(r"^Exercises? with a \[judge\]\(../../exercises/README.md\): (.*?)\.\n\n## In the library$", page, re.M | re.S)
    named = re.findall(r"\[`(\w+)`\]\(../../exercises/\1/task.md\)", line[1]) if line else []
    if named != wanted:
        yield f"its exercises are {wanted}, and the page links {named}"
    for name in wanted:
        task = ROOT / "exercises" / name / "task.md"
        if not task.is_file() or f"(../../lessons/{folder.name}/page.md)" not in task.read_text():
            yield f"there is no exercises/{name}/task.md, or it does not link this lesson"


def problems_of_places(page):
    rows = re.findall(r"^\|.*", section(page, "In the library"), re.M)[2:]  # below the head of the table
    if not rows:
        yield "the last section has no table"
    for row in rows:
        place = re.fullmatch(r"\|[^|]+\| \[`([^`]+)`\]\(([^)]+)\) \| `([^`]+)` \|", row)
        if not place:
            yield f"a row of the last table must be | idea | [`file`](../../file) | `symbol` |, and one is {row}"
            continue
        name, link, symbol = place.groups()
        file = ROOT / name
        if link != f"../../{name}" or not file.is_file():
            yield f"there is no file {name}, or its link is not ../../{name}"
        elif not re.search(rf"(?<!\w){re.escape(symbol)}(?!\w)", file.read_text()):
            yield f"{name} has no {symbol}"


def main():
    program, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    problems = list(problems_of(program, folder))
    for problem in problems:
        print(f"{folder.name}: {problem}")
    print(f"{folder.name}: {len(problems)} problems" if problems else f"{folder.name}: as the page says")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
