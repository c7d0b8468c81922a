"""Why two sides are not comparable: what was trained is not the same, or was not measured. Pure."""

from collections.abc import Iterator, Sequence

from bench.analysis.compare.pairs import Pair
from bench.analysis.compare.runs import Lane, Run
from bench.text import counted, one_line

TEXT = 60


def obstacles(reference: Sequence[Run], other: Sequence[Run], pairs: Sequence[Pair]) -> list[str]:
    """Each in a sentence that names both sides; [] if they are comparable.

    `pairs` are those that both sides have measured.
    """
    every = [*_of_runs(reference, other), *_of_lanes(reference, other, pairs)]
    return list(dict.fromkeys(every))


def _of_runs(reference: Sequence[Run], other: Sequence[Run]) -> Iterator[str]:
    for run in (*reference, *other):
        if run.functional_check:
            yield f"{run.about.name} is a functional check, too short to measure by"
    for what, of in (("protocol", _protocol), ("data", data)):
        ours, theirs = (dict.fromkeys(of(run) for run in side) for side in (reference, other))
        if list(ours) != list(theirs):
            yield f"{what}: {' and '.join(ours)} against {' and '.join(theirs)}"


def data(run: Run) -> str:
    """The kind of data; of a folder, which may be any, how much is in it too."""
    spec = run.data
    if spec is None:
        return "none prepared"
    kind = one_line(spec.kind, TEXT)
    if spec.kind == "folder":
        kind += f" of {counted(spec.samples, 'sample')}"
    return f"{kind}, {spec.classes} classes"


def _protocol(run: Run) -> str:
    return one_line(run.protocol, TEXT)


def _of_lanes(
    reference: Sequence[Run], other: Sequence[Run], pairs: Sequence[Pair]
) -> Iterator[str]:
    """What each pair trains."""
    for pair in pairs:
        ours = [lane for run in reference if (lane := run.lanes.get(pair.reference))]
        theirs = [lane for run in other if (lane := run.lanes.get(pair.other))]
        for what in ("model", "image size", "batch"):
            first, second = (
                dict.fromkeys(_work(lane)[what] for lane in side) for side in (ours, theirs)
            )
            if list(first) != list(second):
                yield f"{what} of {pair.name}: {', '.join(first)} against {', '.join(second)}"


def _work(lane: Lane) -> dict[str, str]:
    own = lane.workload
    return {
        "model": one_line(own.model, TEXT),
        "image size": f"{own.image_size}×{own.image_size}",
        "batch": str(lane.batch_size),
    }
