"""Judges exercises; see scripts/judge.sh.

Exit status: 0 if all checks passed, 1 if not, 2 if nothing could be judged.
"""
import argparse
import json
import pathlib
import re
import sys
import time

import building
import running

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXERCISES, WORK = ROOT / "exercises", ROOT / "work"


def lessons():
    """{exercise: the lesson after which it fits}, in the order of the table in README.md."""
    rows = re.findall(r"^\| (\d\d) \| (.*) \|$", (EXERCISES / "README.md").read_text(), re.M)
    return {name: lesson for lesson, row in rows for name in re.findall(r"`(\w+)`", row)}


def names():
    return list(lessons())


def title(name):
    return (EXERCISES / name / "task.md").read_text().split("\n", 1)[0].removeprefix("# ")


def student_file(name):
    """work/NAME.hpp; at first, a copy of the exercise's start.hpp."""
    file = WORK / f"{name}.hpp"
    if not file.exists():
        WORK.mkdir(exist_ok=True)
        file.write_text((EXERCISES / name / "start.hpp").read_text())
        print(f"{file.relative_to(ROOT)} is new; exercises/{name}/task.md says what to write there", file=sys.stderr)
    return file


def verdict(name, file):
    """What came of the student's file: {"exercise", "checks": [...], "passed", "total", "error"}."""
    program, error = building.build(name, file)
    result = {"exercise": name, "checks": [], "speed": [], "printed": "", "error": error}
    if program:
        result |= running.run(program)
    result["passed"] = sum(check["ok"] for check in result["checks"])
    result["total"] = len(result["checks"])
    result["done"] = not result["error"] and result["total"] > 0 and result["passed"] == result["total"]
    return result


def show(result):
    colour = sys.stdout.isatty()
    mark = {True: "\033[32m✓\033[0m" if colour else "✓", False: "\033[31m✗\033[0m" if colour else "✗"}
    for check in result["checks"]:
        lines = check["detail"].split("\n")
        print(f"{mark[check['ok']]} {check['check']}" + (f": {lines[0]}" if lines[0] else ""))
        for line in lines[1:]:
            print(f"    {line}")
    if result["printed"]:
        print("  your file printed:")
        print("    " + result["printed"].rstrip("\n").replace("\n", "\n    "))
    for row in result["speed"]:
        print(f"  {row['speed']}: {row['detail']}")
    if result["error"]:
        print(f"{mark[False]} {result['error']}")
    if result["total"]:
        ended = ", then the program ended" if result["error"] else ""
        print(f"{result['exercise']}: {result['passed']} of {result['total']} checks passed{ended}")


def judge(name, as_json):
    result = verdict(name, student_file(name))
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        show(result)
    return result


def watch(name):
    file, seen = student_file(name), None
    print(f"judging {file.relative_to(ROOT)} each time it is saved; Ctrl-C ends")
    while True:
        changed = file.stat().st_mtime_ns if file.exists() else None
        if changed and changed != seen:
            seen = changed
            print(time.strftime("%H:%M:%S"))
            judge(name, False)
        time.sleep(0.2)


def show_list():
    for name, lesson in lessons().items():
        state = "begun" if (WORK / f"{name}.hpp").exists() else ""
        print(f"lesson {lesson}  {name:24} {title(name).removeprefix(name).lstrip(': '):90} {state}".rstrip())


def show_hint(name):
    """One more hint each time; work/.hints counts."""
    hints = re.findall(r"^\d+\. (.*(?:\n(?!\d+\. ).*)*)", (EXERCISES / name / "hints.md").read_text(), re.M)
    counter = WORK / ".hints" / name
    shown = int(counter.read_text()) if counter.exists() else 0
    shown = min(shown + 1, len(hints))
    counter.parent.mkdir(parents=True, exist_ok=True)
    counter.write_text(str(shown))
    for number, hint in enumerate(hints[:shown], 1):
        print(f"{number}. {hint.strip()}")
    print(f"({shown} of {len(hints)} hints)")


def reset(name):
    """The old file stays beside it, under a name of its own."""
    file = WORK / f"{name}.hpp"
    if file.exists():
        number = 1
        while (kept := WORK / f"{name}.{number}.hpp").exists():
            number += 1
        file.rename(kept)
        print(f"the old file is {kept.relative_to(ROOT)}")
    student_file(name)
    (WORK / ".hints" / name).unlink(missing_ok=True)


def judge_all(as_json):
    results = []
    for name in names():
        if not (WORK / f"{name}.hpp").exists():
            continue
        results.append(verdict(name, WORK / f"{name}.hpp"))
        if not as_json:
            r = results[-1]
            print(f"{name:24} {r['passed']:2} of {r['total']:2}" + (f"  {r['error']}" if r["error"] else ""))
    if as_json:
        print(json.dumps(results, ensure_ascii=False))
    else:
        print(f"{sum(r['done'] for r in results)} of {len(names())} exercises are solved")
    return results


def main():
    parser = argparse.ArgumentParser(prog="judge.sh", formatter_class=argparse.RawDescriptionHelpFormatter, epilog="""commands:
  list                    all exercises, each with the lesson after which it fits
  NAME [--watch]          judges work/NAME.hpp; --watch: each time it is saved
  hint NAME               one more hint
  reset NAME              begins anew; the old file is kept
  all                     judges all that were begun""")
    parser.add_argument("command", help="list, all, hint, reset, or the name of an exercise", metavar="COMMAND")
    parser.add_argument("name", nargs="?", help="the exercise, after hint and reset", metavar="NAME")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--json", action="store_true", help="one JSON object (all: a list) on the standard output")
    options = parser.parse_args()
    name = options.name if options.command in ("hint", "reset") else options.command
    if options.command not in ("list", "all") and name not in names():
        parser.error(f"there is no exercise {name or ''}; `scripts/judge.sh list` shows all")
    if options.command == "list":
        return show_list()
    if options.command == "hint":
        return show_hint(name)
    if options.command == "reset":
        return reset(name)
    if options.command == "all":
        return sys.exit(0 if all(r["done"] for r in judge_all(options.json)) else 1)
    if options.watch:
        return watch(name)
    sys.exit(0 if judge(name, options.json)["done"] else 1)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # nobody reads the output any more
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        print()
        sys.exit(130)
    except building.NoLibrary as error:
        print(f"judge: {error}", file=sys.stderr)
        sys.exit(2)
