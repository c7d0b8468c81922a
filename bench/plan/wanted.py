"""Which lanes a run is of: names, globs and groups of the catalogue, each also in another stack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bench.errors import BenchError, Exit
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.lanes import DEFAULT, LANES, Lane
from bench.plan.names import choose, meant
from bench.plan.options import Options


@dataclass(frozen=True)
class Wanted:
    """A lane that is asked for, and how often it runs.

    `by_name`: it is asked for by its very name, so that a host that can't run it is refused; one
    that a group or a glob stands for is skipped there.
    """

    lane: Lane
    times: int
    by_name: bool


def wanted(options: Options, stacks: Sequence[str]) -> list[Wanted]:
    """The lanes that `--lane` asks for, in the catalogue's order; the default ones without it.

    Named several times by its very name a lane runs as often; groups and globs add each lane once.
    `stacks` are those that the host knows. BenchError (exit 2): a word that names no lane.
    """
    known = {lane.id: lane for lane in _everywhere(stacks)}
    named: dict[str, int] = {}
    for word in _words(options):
        own, at, stack = word.partition("@")
        if at:
            _refuse_stack(word, stack, stacks)
        lanes, by_name = _meant_by(own, stacks)
        for lane in lanes:
            name = _in(lane, stack).id if at else lane.id
            named[name] = named.get(name, 0) + by_name
    return [
        Wanted(lane, times=max(1, named[name]), by_name=named[name] > 0)
        for name, lane in known.items()
        if name in named
    ]


def groups() -> dict[str, list[Lane]]:
    """The lanes that one word stands for: the default ones, all, those of a stack."""
    of_stacks: dict[str, list[Lane]] = {}
    for lane in LANES:
        of_stacks.setdefault(lane.stack, []).append(lane)
    default = [lane for lane in LANES if lane.id in DEFAULT]
    return {"default": default, "all": list(LANES), **of_stacks}


def _words(options: Options) -> list[str]:
    if not options.lane:
        return ["default"]
    words = [word.strip() for word in ",".join(options.lane).split(",")]
    if not any(words):
        remedy = f"name lanes, or leave --lane out; known: {', '.join(_known())}"
        raise BenchError(f"--lane {','.join(options.lane)!r} names no lane", remedy, Exit.USAGE)
    return [word for word in words if word]


def _known() -> list[str]:
    return [*(lane.id for lane in LANES), *groups()]


def _meant_by(word: str, stacks: Sequence[str]) -> tuple[list[Lane], bool]:
    """The lanes of a word without its stack, and whether it is the very name of one."""
    if word in groups():
        return groups()[word], False
    if any(sign in word for sign in "*?["):
        lanes = [lane for lane in LANES if fnmatchcase(lane.id, word)]
        if not lanes:
            known = ", ".join(lane.id for lane in LANES)
            raise BenchError(f"--lane {word} matches no lane", f"known: {known}", Exit.USAGE)
        return lanes, False
    if word in stacks and word not in _known():
        raise BenchError(
            f"--lane {word}: the catalogue has no lanes of stack {word}",
            f"say which of its lanes to train there: --lane torch@{word} or fp32-torch@{word}",
            Exit.USAGE,
        )
    name = choose("lane", word, _known())
    return [lane for lane in LANES if lane.id == name], True


def _everywhere(stacks: Sequence[str]) -> Iterator[Lane]:
    """Every lane in its own stack, followed by the same in each of the others."""
    for lane in LANES:
        yield lane
        yield from (_in(lane, stack) for stack in stacks if stack != lane.stack)


def _in(lane: Lane, stack: str) -> Lane:
    """The lane as it trains in that stack: `fp32-torch@nightly`."""
    if stack == lane.stack:
        return lane
    what = lane.title.rpartition(", ")[0]
    title = f"{what}, {ENGINES[lane.engine].title} in stack {stack}"
    return replace(lane, id=f"{lane.id}@{stack}", title=title, stack=stack)


def _refuse_stack(word: str, stack: str, stacks: Sequence[str]) -> None:
    if stack not in stacks:
        raise BenchError(
            f"--lane {word}: there is no stack {stack or repr(stack)}",
            f"{meant(stack, stacks)}known: {', '.join(stacks)}; "
            "--stack NAME=PYTHON adds one of your own",
            Exit.USAGE,
        )
