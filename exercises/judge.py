"""Judges exercises; see scripts/judge.sh.

Exit status: 0 if all checks passed, 1 if not, 2 if nothing could be judged.
"""
import argparse
import difflib
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import time

import building
import own_code
import running
import work

EXERCISES, ROOT = work.EXERCISES, work.ROOT
RUNS = building.BUILD  # each file that is judged gets a folder here, for as long as it takes


def lessons():
    """{exercise: the lesson after which it fits}, in the order of the table in README.md."""
    rows = re.findall(r"^\| (\d\d) \| (.*) \|$", (EXERCISES / "README.md").read_text(), re.M)
    return {name: lesson for lesson, row in rows for name in re.findall(r"`(\w+)`", row)}


def names():
    return list(lessons())


def title(name):
    return (EXERCISES / name / "task.md").read_text().split("\n", 1)[0].removeprefix("# ")


def verdict(name, file):
    """What came of the student's file: {"exercise", "checks": [...], "passed", "total", "error"}."""
    result = {"exercise": name, "checks": [], "speed": [], "printed": ""}
    text, result["error"] = work.text_of(file)
    if text is not None:
        RUNS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="run-", dir=RUNS, ignore_cleanup_errors=True) as folder:
            judged = pathlib.Path(folder) / file.name  # a copy: the file may be saved or removed meanwhile
            judged.write_bytes(text)
            program, result["error"] = building.build(name, judged, pathlib.Path(folder), file.parent)
            if program:
                result |= running.run(program)
        forbidden = own_code.forbidden((EXERCISES / name / "task.md").read_text())
        if program and forbidden:
            problem = own_code.problem(text.decode(errors="replace"), forbidden)
            result["checks"].insert(0, {"check": "own code", "ok": not problem, "detail": problem})
    result["passed"] = sum(check["ok"] for check in result["checks"])
    result["total"] = len(result["checks"])
    result["done"] = not result["error"] and result["total"] > 0 and result["passed"] == result["total"]
    return result


def show(result):
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
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
    result = verdict(name, work.student_file(name))
    if as_json:
        print(json.dumps(result))
    else:
        show(result)
    return result


def watch(name):
    file, seen = work.student_file(name), None
    print(f"judging {work.shown(file)} each time it is saved; Ctrl-C ends")
    while True:
        try:
            changed = file.stat().st_mtime_ns
        except FileNotFoundError:  # an editor removes it while it saves
            changed = None
        if changed and changed != seen:
            seen = changed
            print(time.strftime("%H:%M:%S"))
            show(verdict(name, file))
        time.sleep(0.2)


def show_list():
    for name, lesson in lessons().items():
        state = "begun" if work.is_begun(name) else ""
        print(f"lesson {lesson}  {name:24} {title(name).removeprefix(name).lstrip(': '):90} {state}".rstrip())


def judge_all(as_json):
    results = []
    for name in filter(work.is_begun, names()):
        results.append(verdict(name, work.student_file(name)))
        if not as_json:
            r = results[-1]
            print(f"{name:24} {r['passed']:2} of {r['total']:2}" + (f"  {r['error']}" if r["error"] else ""))
    if as_json:
        print(json.dumps(results))
    else:
        print(f"{sum(r['done'] for r in results)} of {len(names())} exercises are solved")
    return results


def arguments():
    parser = argparse.ArgumentParser(prog="judge.sh", formatter_class=argparse.RawDescriptionHelpFormatter, epilog="""commands:
  list                    all exercises
  NAME [--watch]          judges work/NAME.hpp; --watch: each time it is saved
  hint NAME               one more hint
  reset NAME              begins anew; the old file is kept
  all                     judges all that were begun""")
    parser.add_argument("command", help="list, all, hint, reset, or the name of an exercise", metavar="COMMAND")
    parser.add_argument("name", nargs="?", help="the exercise, after hint and reset", metavar="NAME")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--json", action="store_true", help="one JSON object (all: a list) on the standard output")
    options = parser.parse_args()
    takes_name = options.command in ("hint", "reset")
    if options.name and not takes_name:
        parser.error(f"{options.command} takes no name after it")
    if options.watch and (options.json or takes_name or options.command in ("list", "all")):
        parser.error("--watch goes with the name of an exercise, and without --json")
    if options.json and (takes_name or options.command == "list"):
        parser.error("--json goes with all, or with the name of an exercise")
    name = options.name if takes_name else options.command
    if options.command not in ("list", "all") and name not in names():
        near = difflib.get_close_matches(pathlib.Path(name or "").stem, names(), 1)
        meant = f"did you mean {near[0]}?" if near else "`scripts/judge.sh list` shows all"
        parser.error(f"there is no exercise {name}; {meant}" if name else f"{options.command} takes the name of an exercise")
    return options, name


def main(options, name):
    if options.command == "list":
        return show_list()
    if options.command == "hint":
        return work.show_hint(name)
    if options.command == "reset":
        return work.reset(name)
    if options.command == "all":
        results = judge_all(options.json)
        return 0 if results and all(r["done"] for r in results) else 1 if results else 2
    if options.watch:
        return watch(name)
    return 0 if judge(name, options.json)["done"] else 1


def program():
    """The exit status."""
    options, name = arguments()
    for ended in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C: what was started is ended, too
        signal.signal(ended, signal.default_int_handler)
    sys.stdout.reconfigure(line_buffering=True)
    try:
        return main(options, name)
    except BrokenPipeError:  # nobody reads the output any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except (building.NoLibrary, OSError) as error:
        print(f"judge: {error}", file=sys.stderr)
        if options.json:
            print(json.dumps([] if options.command == "all" else {"exercise": name, "error": str(error)}))
        return 2


if __name__ == "__main__":
    sys.exit(program())
