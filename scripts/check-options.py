"""Refuses a lane, profile, model, data set, CPU list or node that there is not.

make runs it with whatever Python 3 there is before it installs anything, so nothing of the kit is
imported: the catalogue is read as text. `bench` itself checks again, and more.
Usage: python3 scripts/check-options.py [WHAT VALUE]...; exit code 2 for a value that is refused.
"""

import ast
import difflib
import re
import sys
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parents[1] / "bench" / "plan" / "catalogue"
ENTRIES = {
    "lane": ("lanes.py", "Lane"),
    "profile": ("profiles.py", "Profile"),
    "model": ("workloads.py", "WorkloadFacts"),
    "data": ("data.py", "DataFacts"),
}
"""What has names: the file of its catalogue, and the class of its entries there."""

FORMS = {
    "cores": (
        r" *[0-9]+ *(- *[0-9]+ *)?(, *[0-9]+ *(- *[0-9]+ *)?)*",
        "a list of CPUs such as 0-3,8",
    ),
    "node": (r"[0-9]+", "the number of a NUMA node"),
}


def names(what):
    """The names in that catalogue, in its order: each entry's `id` or `name`, or first word."""
    file, entry = ENTRIES[what]
    calls = [
        node
        for node in ast.walk(ast.parse((CATALOGUE / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == entry
    ]
    words = [
        [each.value for each in call.keywords if each.arg in ("id", "name")] + call.args
        for call in sorted(calls, key=lambda call: call.lineno)
    ]
    return [each[0].value for each in words]


def problem(what, value):
    """Why the value is refused and what is allowed, or None."""
    if what in FORMS:
        form, meaning = FORMS[what]
        return None if re.fullmatch(form, value) else f"{what} {value!r}: it is {meaning}"
    known = names(what)
    if what == "lane":
        asked = [each.strip() for each in value.split(",")]
        if not any(asked):
            return f"{what} {value!r} names none; known: {', '.join(known)}"
    else:
        asked = [value.partition(":")[0] if what == "data" else value]
    for word in filter(None, asked):
        if word not in known:
            near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.4)
            meant = f"did you mean {near[0]}? " if near else ""
            shown = word if word == word.strip() else repr(word)
            return f"unknown {what}: {shown}; {meant}known: {', '.join(known)}"
    return None


def main(words):
    """Print each problem of the pairs of words. The exit code."""
    if sys.version_info < (3, 8):  # noqa: UP036 - a system's own; its `ast` is another
        return 0
    problems = [problem(words[i], words[i + 1]) for i in range(0, len(words), 2)]
    for each in filter(None, problems):
        print(f"error: {each}", file=sys.stderr)
    return 2 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
