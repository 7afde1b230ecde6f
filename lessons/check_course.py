#!/usr/bin/env python3
"""Checks the pages for teachers: teacher.md, mistakes.md and answers.md.

- teacher.md has ten days. Each names its lessons and exercises by links. Together they have every lesson and every exercise once.
- The minutes of each day add up to the number in its heading.
- Each row of the table of mistakes.md quotes a line of the judge; exercises/test_judge.py compares it with what the judge says.
- Each hint that mistakes.md quotes is one of the judge's.
- answers.md has a section for each lesson, with one answer for each question of "What to change".
"""
import pathlib
import re
import sys

LESSONS = pathlib.Path(__file__).resolve().parent
EXERCISES = LESSONS.parent / "exercises"
DAYS = 10


def section(page, heading):
    """The text under a heading, up to the next one of its level or above."""
    level = heading.split(" ")[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", page, re.M | re.S)
    return found[1] if found else ""


def once(what, there, named):
    """Each of `there` is named once, and nothing else is."""
    for name in sorted(there | set(named)):
        if name not in there:
            yield f"there is no {what} {name}"
        elif named.count(name) != 1:
            yield f"{what} {name} has {named.count(name)} days, not one"


def problems_of_days(page):
    days = re.findall(r"^### Day (\d+) · [^\n]* \((\d+) minutes\)\n(.*?)(?=^##|\Z)", page, re.M | re.S)
    if [int(number) for number, _, _ in days] != list(range(1, DAYS + 1)):
        yield f"teacher.md must have the headings '### Day 1 · ... (180 minutes)' to '### Day {DAYS} · ...'"
    for number, minutes, text in days:
        total = sum(int(row) for row in re.findall(r"^\| (\d+) \|", text, re.M))
        if total != int(minutes):
            yield f"the rows of day {number} have {total} minutes, its heading {minutes}"
    text = "".join(text for _, _, text in days)
    yield from once("lesson", {path.parent.name for path in LESSONS.glob("[0-9][0-9]-*/page.md")}, re.findall(r"\(([^/()]+)/page.md\)", text))
    yield from once("exercise", {path.parent.name for path in EXERCISES.glob("*/task.md")}, re.findall(r"\(../exercises/(\w+)/task.md\)", text))


def problems_of_quotes(page):
    for row in re.findall(r"^\| .*", page, re.M):
        if "../exercises/" in row and not re.fullmatch(r"\| \[(\w+)\]\(../exercises/\1/task.md\) \| [^|]+ \| `✗ [^`|]+` \| [^|]+ \|", row):
            yield f"not of the form | [NAME](../exercises/NAME/task.md) | mistake | `✗ line` | question |: {row}"
    hints = (EXERCISES / "compiler_hints.py").read_text()
    for quote in re.findall(r"`hint: ([^`]+)`", page):
        if f'"{quote}"' not in hints:
            yield f"the judge has no hint '{quote}'"


def problems_of_answers(page):
    for path in sorted(LESSONS.glob("[0-9][0-9]-*/page.md")):
        lesson = path.read_text()
        questions = len(re.findall(r"^- ", section(lesson, "## What to change"), re.M))
        answers = re.findall(r"^(\d+)\. ", section(page, "#" + lesson.split("\n")[0]), re.M)
        if [int(number) for number in answers] != list(range(1, questions + 1)):
            yield f"{path.parent.name} has {questions} questions, and answers.md the answers {', '.join(answers) or 'none'}"


def main():
    teacher, mistakes, answers = ((LESSONS / f"{name}.md").read_text() for name in ("teacher", "mistakes", "answers"))
    problems = [*problems_of_days(teacher), *problems_of_quotes(mistakes), *problems_of_answers(answers)]
    print("\n".join(problems) if problems else "the course is complete")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
