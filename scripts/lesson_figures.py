#!/usr/bin/env python3
"""Draws the figures of the lessons: lessons/NN-name/figure.py returns a Figure from draw(), which becomes figure.svg.

usage: lesson_figures.py [--check] [FOLDER...]     all lessons, if none is named; --check compares and writes nothing
"""
import pathlib
import runpy
import sys

LESSONS = pathlib.Path(__file__).resolve().parent.parent / "lessons"


def main(arguments):
    check = "--check" in arguments
    named = [pathlib.Path(name).resolve() for name in arguments if name != "--check"]
    folders = named or sorted(path.parent for path in LESSONS.glob("*/page.md"))
    without = [folder.name for folder in folders if not (folder / "figure.py").is_file()]
    if without:
        sys.exit(f"there is no figure.py in {', '.join(without)}")
    outdated = []
    for folder in folders:
        svg = runpy.run_path(str(folder / "figure.py"))["draw"]().svg()
        file = folder / "figure.svg"
        if not file.exists() or file.read_text() != svg:
            outdated.append(folder.name)
            if not check:
                file.write_text(svg)
    if check and outdated:
        sys.exit(f"figure.svg is not what figure.py draws: {', '.join(outdated)}; run scripts/lesson_figures.py")
    print(f"{len(folders)} figures, {len(outdated)} of them changed")


if __name__ == "__main__":
    main(sys.argv[1:])
