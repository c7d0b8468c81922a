"""Refuses a lane, stack, profile, model, data set, CPU list or node that there is not.

make runs it with whatever Python 3 there is before it installs anything, so nothing of the kit is
imported: the catalogue is read as text. `bench` itself checks again, and more.
Usage: python3 scripts/check-options.py [WHAT VALUE]...; exit code 2 for a value that is refused.
With --stacks before them it prints the stacks that those lanes are trained in, without the
one that the user names an interpreter for.
"""

import ast
import difflib
import fnmatch
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
    "stack": (r"[a-z0-9][a-z0-9._-]*=.+", "NAME=PYTHON, such as nightly=/opt/nightly/bin/python"),
}


def parsed(what):
    """The file of that catalogue."""
    return ast.parse((CATALOGUE / ENTRIES[what][0]).read_text(encoding="utf-8"))


def calls(what):
    """The entries of that catalogue, in its order."""
    found = [
        node
        for node in ast.walk(parsed(what))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == ENTRIES[what][1]
    ]
    return sorted(found, key=lambda call: call.lineno)


def names(what):
    """The names in that catalogue, in its order: each entry's `id` or `name`, or first word."""
    words = [
        [each.value for each in call.keywords if each.arg in ("id", "name")] + call.args
        for call in calls(what)
    ]
    return [each[0].value for each in words]


def homes():
    """The stack of each lane."""
    stacks = [
        next(each.value.value for each in call.keywords if each.arg == "stack")
        for call in calls("lane")
    ]
    return dict(zip(names("lane"), stacks))  # noqa: B905 - `strict` is not yet in 3.8


def groups():
    """The lanes that one word stands for, as of bench/plan/wanted.py."""
    found = {}
    for lane, stack in homes().items():
        found.setdefault(stack, []).append(lane)
    default = next(
        ast.literal_eval(node.value)
        for node in parsed("lane").body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "DEFAULT"
    )
    return {"default": list(default), "all": names("lane"), **found}


def lanes_of(word):
    """The lanes of a word without its stack; none if there is no such name, group or match."""
    if word in groups():
        return groups()[word]
    if any(sign in word for sign in "*?["):
        return [lane for lane in names("lane") if fnmatch.fnmatchcase(lane, word)]
    return [word] if word in names("lane") else []


def asked_for(value):
    """The words of a list of lanes, each with its stack or none; the default ones for none."""
    words = [each.strip() for each in value.split(",")]
    return [word.partition("@")[::2] for word in words if word] or [("default", "")]


def needed(lanes, given):
    """The catalogue's stacks that these lanes train in, without the user's own."""
    stacks = set()
    for word, stack in asked_for(lanes):
        stacks |= {stack} if stack else {homes()[lane] for lane in lanes_of(word)}
    return [each for each in dict.fromkeys(homes().values()) if each in stacks and each != given]


def unknown(what, word, known):
    """What to say of a word that is none of the known ones."""
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.4)
    meant = f"did you mean {near[0]}? " if near else ""
    shown = word if word and word == word.strip() else repr(word)
    return f"unknown {what}: {shown}; {meant}known: {', '.join(known)}"


def lane_problem(value, given):
    """Why the list of lanes is refused, or None. `given` is the name of the user's stack."""
    known = [*names("lane"), *groups()]
    if not value.replace(",", "").strip():
        return f"lane {value!r} names none; known: {', '.join(known)}"
    stacks = [*dict.fromkeys(homes().values()), *([given] if given else [])]
    for word in filter(None, (each.strip() for each in value.split(","))):
        lane, at, stack = word.partition("@")
        if not lanes_of(lane):
            return unknown("lane", lane, known)
        if at and stack not in stacks:
            return f"{unknown('stack', stack, stacks)}; STACK=NAME=PYTHON adds one of your own"
    return None


def problem(what, value, given=""):
    """Why the value is refused and what is allowed, or None."""
    if what in FORMS:
        form, meaning = FORMS[what]
        return None if re.fullmatch(form, value) else f"{what} {value!r}: it is {meaning}"
    if what == "lane":
        return lane_problem(value, given)
    word = value.partition(":")[0] if what == "data" else value
    return None if word in names(what) else unknown(what, word, names(what))


def main(words):
    """Print each problem of the pairs of words, or the stacks they need. The exit code."""
    if sys.version_info < (3, 8):  # noqa: UP036 - a system's own; its `ast` is another
        return 0
    stacks = words[:1] == ["--stacks"]
    pairs = dict(zip(words[stacks::2], words[stacks + 1 :: 2]))  # noqa: B905
    given = pairs.get("stack", "").partition("=")[0]
    if stacks:
        print("\n".join(needed(pairs.get("lane", ""), given)))
        return 0
    problems = [problem(what, value, given) for what, value in pairs.items()]
    for each in filter(None, problems):
        print(f"error: {each}", file=sys.stderr)
    return 2 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
