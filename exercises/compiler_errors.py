"""The first error of a compiler, in the student's file, with a hint for the commonest ones."""
import pathlib
import re

import compiler_hints

LANGUAGE = {"LC_ALL": "C.UTF-8", "LANGUAGE": "C"}  # for the compiler: the patterns below are English

PLACE = re.compile(r"([^:]+):(\d+):(?:\d+:)? +(.*)")


def errors_of(text):
    """Each error's message and places: its own, those that led to it (the outermost first), and those of its notes."""
    errors, led, current = [], [], None
    for line in text.split("\n"):
        found = PLACE.match(line if "‘" in line else re.sub("'([^']+)'", r"‘\1’", line))  # Clang's marks are plain
        if not found:
            continue
        path, number, rest = pathlib.Path(found[1]), int(found[2]), found[3]
        kind, _, message = rest.partition(": ")
        if kind in ("error", "fatal error"):
            current = {"message": re.sub(r" \[-W[^]]*\]$", "", message), "own": (path, number), "led": led[::-1], "notes": []}
            errors.append(current)
            led = []
        elif kind == "warning":
            current, led = None, []
        elif kind != "note":  # required from here
            led.append((path, number))
        elif current and "instantiation of" in message:  # Clang tells it afterwards
            current["led"].insert(0, (path, number))
        elif current:
            current["notes"].append((path, number))
    return errors


def first_line(text):
    """The first error without its place, for what is not the student's fault."""
    errors = errors_of(text)
    if errors:
        return errors[0]["message"]
    without_place = re.search(r"error: .*", text)  # of the compiler itself, such as a full disk
    return without_place[0] if without_place else text.strip().split("\n")[-1][:200] or "no message"


def first(text, file, start):
    """One line for the first error in the student's file, with the line of it and a hint. If none is there, the first
    error of the checks, with the declarations of the exercise's `start`."""
    errors = errors_of(text)
    if not errors:
        return f"the compiler failed: {first_line(text)}"
    for error in errors:
        for path, number in [error["own"], *error["led"]]:
            if path == file:
                return described(error["message"], f"{file.name}, line {number}: ", source_line(file, number))
    for error in errors:
        for path, number in error["notes"]:
            if path == file:
                return described(error["message"], f"{file.name}, line {number}, does not fit the checks: ",
                                 source_line(file, number), declarations(start))
    return described(first_line(text), "the checks do not compile with this file: ", None, declarations(start))


def source_line(file, number):
    lines = file.read_text(errors="replace").split("\n")
    return lines[number - 1].strip()[:120] if 0 < number <= len(lines) else None


def declarations(start):
    """The types and functions of a start.hpp, without their bodies."""
    found = re.findall(r"^(?: {2}(?!struct|class))?((?!for|if|while|switch|return|else)\w[^;{}]*?[\w>)]) \{|^(using .*;)",
                       re.sub(r"//.*", "", start), re.M)
    return [re.sub(r"\s+", " ", re.sub(r"\)\s+: .*", ")", body or using, flags=re.S)) for body, using in found]


def described(message, place, source, expected=()):
    help = compiler_hints.hint(message, source)
    short = message if len(message) <= 160 else message[:157] + "..."
    lines = [place + short, *([source] if source else []), *(f"the checks need: {line}" for line in expected)]
    return "\n    ".join(lines + ([f"hint: {help}"] if help else []))


def of_linker(text):
    missing = re.search(r"undefined reference to [`'](.*)'", text)
    if missing and missing[1] == "checks(Judge&)":
        return "the checks are lost: does the file have a #define that changes a name of theirs?"
    if missing:
        return f"{missing[1]} is declared, and defined nowhere: give it a body"
    return "the program does not link: " + text.strip().split("\n")[-1][:200]
