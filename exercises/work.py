"""The student's files in the folder `work`, and how many hints were shown."""
import os
import pathlib
import re
import sys

import building

EXERCISES = pathlib.Path(__file__).resolve().parent
ROOT = EXERCISES.parent
FOLDER = ROOT / "work"


def shown(file):
    return file.relative_to(FOLDER.parent)


def is_begun(name):
    return os.path.lexists(FOLDER / f"{name}.hpp")  # a link to a file that is not there, too: nothing may overwrite it


def student_file(name):
    """work/NAME.hpp; at first, a copy of the exercise's start.hpp."""
    file = FOLDER / f"{name}.hpp"
    if not is_begun(name):
        FOLDER.mkdir(exist_ok=True)
        building.write_whole(file, (EXERCISES / name / "start.hpp").read_text())
        print(f"{shown(file)} is new; exercises/{name}/task.md says what to write there", file=sys.stderr)
    return file


def text_of(file):
    """(its bytes, None), or (None, why it cannot be read)"""
    try:
        if file.exists() and not file.is_file():
            return None, f"{shown(file)} is not a file"
        return file.read_bytes(), None
    except OSError as error:
        link = f": it is a link to {os.readlink(file)}" if file.is_symlink() else ""
        return None, f"{shown(file)} cannot be read: {error.strerror}{link}"


def reset(name):
    """The old file stays beside it, under a name of its own."""
    file, number = FOLDER / f"{name}.hpp", 1
    if is_begun(name):
        while os.path.lexists(kept := FOLDER / f"{name}.{number}.hpp"):
            number += 1
        file.rename(kept)
        print(f"the old file is {shown(kept)}")
    student_file(name)
    (FOLDER / ".hints" / name).unlink(missing_ok=True)


def show_hint(name):
    """One more hint each time; work/.hints counts."""
    hints = re.findall(r"^\d+\. (.*(?:\n(?!\d+\. ).*)*)", (EXERCISES / name / "hints.md").read_text(), re.M)
    counter = FOLDER / ".hints" / name
    before = counter.read_text().strip() if counter.exists() else ""
    count = min(int(before) + 1 if before.isdecimal() else 1, len(hints))
    counter.parent.mkdir(parents=True, exist_ok=True)
    building.write_whole(counter, str(count))
    for number, hint in enumerate(hints[:count], 1):
        print(f"{number}. {hint.strip()}")
    print(f"({count} of {len(hints)} hints)" if before != str(count) else "(that is all hints)")
