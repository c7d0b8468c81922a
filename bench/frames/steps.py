"""The frame `steps`: a row a step of every process, failed ones too."""

from collections.abc import Iterator
from itertools import accumulate, islice

from bench.analysis.outliers import outliers
from bench.analysis.rates import NANOSECONDS, samples_a_step
from bench.frames.columns import RANK, Column, Rows
from bench.model.record import PHASES, Measurement, RankRecord, StepTimes, Turn

STEPS = (
    *RANK,
    Column(
        "part",
        "category",
        "",
        "`warmup`, `end_to_end` (through the data loader) or `compute` (batches in memory)",
    ),
    Column("turn", "Int64", "", "within the part, from 0; missing in the warm-up, which has none"),
    Column("step", "Int64", "", "within the part, from 0"),
    Column("samples", "float64", "samples", "in the step, the part's mean; missing in the warm-up"),
    *(Column(f"{phase}_seconds", "float64", "s", f"the step's {phase} phase") for phase in PHASES),
    Column("seconds", "float64", "s", "the whole step: its phases together"),
    Column(
        "begin_seconds",
        "float64",
        "s",
        "when the step began, by the host's monotonic clock: its turn's begin and the steps before "
        "it; missing in the warm-up, and not to be compared across a restart of the host",
    ),
    Column(
        "outlier",
        "boolean",
        "",
        "far from its part's other steps, by the modified z-score; flagged and never dropped; "
        "missing in the warm-up",
    ),
)

PARTS = ["warmup", "end_to_end", "compute"]
"""In the order they run; `samples.csv` calls them so too."""


def step_rows(rank: Rows, record: RankRecord) -> Iterator[Rows]:
    """The steps of a rank's record; `rank` are the columns that they have in common."""
    yield rank | _WARMUP | _times(record.warmup.steps)
    for part, measured in (("end_to_end", record.end_to_end), ("compute", record.compute)):
        yield rank | {"part": part} | _times(measured.timed) | _timed(measured)


_WARMUP: Rows = {
    "part": "warmup", "turn": None, "samples": None, "begin_seconds": None, "outlier": None
}  # fmt: skip


def _times(steps: StepTimes) -> Rows:
    phases = {phase: getattr(steps, phase) for phase in PHASES}
    seconds = {f"{phase}_seconds": [ns / NANOSECONDS for ns in phases[phase]] for phase in PHASES}
    whole = [ns / NANOSECONDS for ns in steps.totals()]
    return {"step": list(range(len(steps)))} | seconds | {"seconds": whole}


def _timed(measured: Measurement) -> Rows:
    """What only timed steps have."""
    totals = measured.timed.totals()
    turns, begins = _places(measured.turns, totals)
    far = set(outliers(totals))
    return {
        "turn": turns,
        "samples": samples_a_step(measured),
        "begin_seconds": begins,
        "outlier": [i in far for i in range(len(totals))],
    }


def _places(turns: list[Turn], totals: list[int]) -> tuple[list[int | None], list[float | None]]:
    """Each step's turn and begin.

    None for steps beyond the turns, which a stranger's artifact may have.
    """
    numbers, begins = list[int | None](), list[float | None]()
    for number, turn in enumerate(turns):
        own = totals[len(numbers) : len(numbers) + max(0, turn.steps)]
        seconds = (nanoseconds / NANOSECONDS for nanoseconds in own)
        numbers += [number] * len(own)
        begins += islice(accumulate(seconds, initial=turn.at), len(own))
    beyond = [None] * (len(totals) - len(numbers))
    return numbers + beyond, begins + beyond
