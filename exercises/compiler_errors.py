"""The first error of a compiler, in the student's file, with a hint for the commonest ones."""
import json
import pathlib
import re

# What the message matches, and what helps. The first that matches is taken.
HINTS = [
    (r"expected '?;|expected ‘;’|expected ‘,’ or ‘;’", "this line or the one above may lack a ;"),
    (r"expected ‘}’ at end|expected '}'|expected declaration before ‘}’", "each { needs its }"),
    (r"expected ‘\)’|expected primary-expression before ‘\)’", "each ( needs its )"),
    (r"‘(\w+)’ was not declared in this scope; did you mean", "is the name spelt as the compiler proposes?"),
    (r"‘(\w+)’ was not declared in this scope", "the name is unknown here: a typing mistake, or declared further down"),
    (r"is not a member of ‘std’|No such file or directory", "the name is spelt wrong, or its header is not included"),
    (r"has no member named", "docs/reference.md lists what a Tensor and a Variable have"),
    (r"use of deleted function .*operator (xgrad::)?Tensor|‘xgrad::Tensor’ from ‘(const )?xgrad::Variable|could not convert .* to ‘(const )?xgrad::Tensor",
     "an op gives a Variable; x.value() is its Tensor"),
    (r"use of deleted function .*GradientList|no matching function for call to .*GradientList",
     "a rule returns Variables, made by ops on r.grad() and r.saved(i); without .value()"),
    (r"use of deleted function .*operator[+*/-]=", "an in-place change of a result is not recorded: write x = x + y"),
    (r"no match for ‘operator(.+?)’", "one of the two sides has a type for which this operator does not exist"),
    (r"no matching function for call to", "the number or the types of the arguments do not fit: compare them with the header"),
    (r"could not convert|cannot convert|no viable conversion", "the value has another type than the place it goes to"),
    (r"no return statement in function returning|control reaches end", "a path through the function ends without return"),
    (r"invalid use of incomplete type|incomplete type", "a type is only announced here, not defined"),
    (r"redefinition of|conflicting declaration|redeclaration", "the name is defined twice"),
    (r"lvalue required|assignment of read-only|discards qualifiers|passing ‘const", "what is const cannot be changed: make a new value"),
    (r"is private within this context|is protected within", "this member is not for use from outside"),
    (r"expected unqualified-id|expected initializer|does not name a type", "is there a } too many above, or a type spelt wrong?"),
    (r"stray ‘", "there is a character that is no C++, perhaps a typographic quotation mark"),
    (r"missing terminating|unterminated", "a text in quotation marks must end in its line"),
    (r"narrowing conversion", "in braces a number is not rounded silently: write static_cast<...>(...)"),
    (r"ambiguous", "two names or functions fit equally well: name the type, or write xgrad:: in front"),
]


def hint(message):
    return next((help for pattern, help in HINTS if re.search(pattern, message)), None)


def places(diagnostic):
    """Where it arose: its own place first, then those of the notes that belong to it."""
    for location in diagnostic.get("locations", []):
        caret = location.get("caret", {})
        yield pathlib.Path(caret.get("file", "")).name, pathlib.Path(caret.get("file", "")), caret.get("line", 0), diagnostic["message"]
    for child in diagnostic.get("children", []):
        yield from places(child)


def first(text, file):
    """One line for the first error: its place in the student's file if it has one, its message, and a hint."""
    try:
        errors = [d for d in json.loads(text.strip().split("\n")[0]) if d["kind"] in ("error", "fatal error")]
    except (ValueError, IndexError, KeyError):
        errors = []
    if not errors:
        lines = text.strip().split("\n")
        return "the compiler failed: " + (next((line for line in lines if "error: " in line), lines[-1])[:200] or "no message")
    for error in errors:
        for _, path, line, _ in places(error):
            if path == file or path.name == file.name:
                return described(error["message"], f"{file.name}, line {line}: ", source_line(file, line))
    return described(errors[0]["message"], "the checks do not compile with this file: ", None)


def source_line(file, number):
    lines = file.read_text().split("\n")
    return lines[number - 1].strip()[:120] if 0 < number <= len(lines) else None


def described(message, place, source):
    help = hint(message)
    short = message if len(message) <= 160 else message[:157] + "..."
    return place + short + (f"\n    {source}" if source else "") + (f"\n    hint: {help}" if help else "")


def of_linker(text):
    missing = re.search(r"undefined reference to [`'](.*)'", text)
    if missing:
        return f"{missing[1]} is declared, and defined nowhere: give it a body"
    return "the program does not link: " + text.strip().split("\n")[-1][:200]
