#!/usr/bin/env python3
"""Checks the project's Markdown files; exit 1 and the place of each finding.

 * a relative link leads to a file that is there, and its #anchor to a heading of that file
 * no note to oneself is left behind
 * docs/adr/README.md lists every decision of its folder, and they are numbered without a gap
"""
import pathlib
import re
import subprocess
import sys
import unicodedata
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.M | re.S)
INLINE_CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.M)
LEFT_BEHIND = re.compile(r"\b(TODO|FIXME|XXX|TBD|lorem ipsum)\b", re.I)


def documents():
    listed = subprocess.run([ROOT / "tools/files.sh", "*.md"], capture_output=True, check=True).stdout
    return sorted(ROOT / p for p in listed.decode().split("\0") if p)


def blank(match):
    """Spaces in place of code, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group())


def anchors(text):
    """The anchors that a reader's site makes of the headings: lower case, punctuation out, spaces to hyphens."""
    seen = set()
    for heading in HEADING.findall(FENCE.sub(blank, text)):
        heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
        name, n = "".join(kept).replace(" ", "-"), 1
        while (unique := name if n == 1 else f"{name}-{n - 1}") in seen:
            n += 1
        seen.add(unique)
    return seen


def link_fault(page, target):
    parts = urllib.parse.urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    path = (page.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else page
    if not path.exists():
        return f"there is no {target}"
    if not path.is_relative_to(ROOT):
        return f"{target} leaves the project"
    if parts.fragment and path.suffix == ".md" and parts.fragment not in anchors(path.read_text(encoding="utf-8")):
        return f"{parts.path or 'this page'} has no heading #{parts.fragment}"
    return None


def findings():
    for page in documents():
        prose = INLINE_CODE.sub(blank, FENCE.sub(blank, page.read_text(encoding="utf-8")))
        where = page.relative_to(ROOT)
        for m in LINK.finditer(prose):
            if fault := link_fault(page, m.group(1)):
                yield f"{where}:{prose.count(chr(10), 0, m.start()) + 1}: {fault}"
        for m in LEFT_BEHIND.finditer(prose):
            yield f"{where}:{prose.count(chr(10), 0, m.start()) + 1}: {m.group()} is left behind: do it or leave it out"
    yield from decision_findings(ROOT / "docs/adr")


def decision_findings(folder):
    listed = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(p.name for p in folder.glob("[0-9]*.md"))
    for number, name in enumerate(decisions, 1):
        if not name.startswith(f"{number:04}-"):
            yield f"docs/adr/{name}: the next number is {number:04}"
        if f"({name})" not in listed:
            yield f"docs/adr/README.md: does not list {name}"


if __name__ == "__main__":
    found = list(findings())
    print("\n".join(found))
    sys.exit(1 if found else 0)
