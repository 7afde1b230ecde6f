"""What a task forbids, and whether the student's file calls it: the text is looked at, and nothing else."""
import re


def forbidden(task):
    """The names in backticks of the task's sentence 'Do not call ...', without their namespaces."""
    sentence = re.search(r"\bDo not call (.*?)\.(?=\s)", task, re.S)
    return re.findall(r"`(?:\w+::)*([\w.]+)`", sentence[1]) if sentence else []


def without_comments(text):
    """The lines with comments, strings and characters left out."""
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'',
                  lambda found: "\n" * found[0].count("\n"), text, flags=re.S)


def problem(text, names):
    """The first line that calls a function, or has a type, of these names; or nothing."""
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        for name in names:
            call = "" if name[0].isupper() else r"\s*\("
            if re.search(rf"(?<![\w]){re.escape(name)}\b{call}", line):
                return f"line {number} uses {name}, which the task forbids"
    return ""
