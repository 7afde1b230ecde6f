#!/usr/bin/env python3
"""Checks that every link of the Markdown pages to a file of the project, or to a heading in it, leads somewhere."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page):
    """GitHub's names of the headings: lower case, blanks as hyphens, without punctuation."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main():
    wrong, seen = [], 0
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("lessons/**/*.md"), *ROOT.glob("exercises/**/*.md")]):
        text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
        for link in LINK.findall(text):
            if "://" in link:
                continue
            seen += 1
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                wrong.append(f"{page.relative_to(ROOT)}: {link} leads nowhere")
    print("\n".join(wrong) if wrong else f"{seen} links, all of them lead somewhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
