"""How to run it again and draw it again, and where the raw data is."""

import shlex
from collections.abc import Iterator

from bench.model.base import Reading
from bench.model.kit import Kit
from bench.model.result import Result
from bench.report.document.headline import acting
from bench.report.document.parts import Code, Facts, Files, Label, Paragraph, Part, Section, line
from bench.report.document.wording import reading

DIRTY = "-dirty"
"""How git marks a checkout that has changes which no commit has."""

ELSEWHERE = "{"
"""What begins the mark that stands for a folder in a command."""


def run_again(result: Result) -> Section:
    """The command that made it, as it was given, and the build that it needs."""
    parts: list[Part] = [
        Paragraph(line("The command, as it was given, with the build beneath it:")),
        Code((shlex.join(result.command),)),
    ]
    if any(ELSEWHERE in word for word in result.command):
        text = "Words in braces stand for folders of that host, which the result does not name."
        parts.append(Paragraph(line(text)))
    parts.append(Facts(tuple(_build(result))))
    return Section("How to run it again", tuple(parts), detail=True)


def raw_data(result: Result, charts: tuple[str, ...]) -> Section:
    """Every file of the folder, by kind; how to draw the rest from the first, and to check it."""
    ranks = [rank for process in result.processes for rank in process.ranks]
    groups = (
        ("Everything, as JSON", ("result.json",)),
        ("Every step, as a table", ("samples.csv",)),
        ("This report", ("report.html", "report.md")),
        ("Charts", tuple(f"charts/{name}.{kind}" for name in charts for kind in ("svg", "png"))),
        ("oneDNN's own lines", tuple(rank.evidence for rank in ranks if rank.evidence)),
        ("Processes' output", tuple(dict.fromkeys(process.log for process in result.processes))),
        ("Sums of all these files", ("SHA256SUMS",)),
    )
    return Section(
        "Raw data",
        (
            Files(tuple(group for group in groups if group[1])),
            Paragraph(line("From result.json alone, on any machine, without torch:")),
            Code(
                (
                    "bench verify DIR            # is it unchanged, do its figures follow?",
                    "bench report --write DIR    # draws all of this again",
                )
            ),
        ),
        detail=True,
    )


def _build(result: Result) -> Iterator[Label]:
    kit, build = result.kit, result.kit.build.value
    yield Label("Kit", f"bench {kit.version}")
    yield Label("Commit", _commit(kit))
    yield Label("Seed", str(result.plan.seed))
    for name in dict.fromkeys(lane.setup.stack for lane in acting(result.plan)):
        stack = result.host.stack(name)
        lock = Reading[str](reason="not probed") if stack is None else stack.lock
        yield Label(f"Locks of stack {name}", reading(lock, "SHA-256 {}".format))
    yield Label("Image", _image(kit))
    if build is not None:
        locks = (f"{name}: SHA-256 {digest}" for name, digest in build.locks.items())
        yield Label("Image's locks", "\n".join(locks) or "none")
        yield Label("Image's base", f"{build.base}, {reading(build.base_digest)}")
        yield Label("Image built", reading(build.built_at))
        torch = (f"{stack}: from {index}" for stack, index in build.torch_builds.items())
        yield Label("Image's torch", "\n".join(torch) or "none")


def _commit(kit: Kit) -> str:
    if kit.commit is None:
        return f"– ({kit.commit_reason or 'no reason is known'})"
    if not kit.commit.endswith(DIRTY):
        return kit.commit
    return f"{kit.commit.removesuffix(DIRTY)}, with changes that no commit has"


def _image(kit: Kit) -> str:
    """What is known of it; of neither digest nor id, once why."""
    if kit.image_digest.value is None and kit.image_id.value is None:
        return reading(kit.image_digest)
    return f"digest {reading(kit.image_digest)}; id {reading(kit.image_id)}"
