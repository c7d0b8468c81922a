"""The processes of a run, round by round, and what they got."""

from bench.analysis.rates import compute_rate, end_to_end_rate
from bench.model.process import Process
from bench.model.result import Result
from bench.report.cautions import disturbances
from bench.report.observed import HEADER, NOISE_HEADER, noise_words, observed_rows
from bench.report.outcomes import invalid_lanes
from bench.report.sections.markup import UNKNOWN, bullets, safe, table
from bench.text import duration, figure


def rounds(result: Result) -> str:
    """One row a process, in the order they ran, and what disturbed rounds; empty without any."""
    if not result.processes:
        return ""
    header = ["round", "place", "lane", "outcome", "compute img/s", "end-to-end img/s", "wall time"]
    header += NOISE_HEADER
    disturbed = {each.round for each in result.summary.rounds if each.disturbed}
    invalid = invalid_lanes(result)
    rows = [
        [
            f"{each.round}, disturbed" if each.round in disturbed else str(each.round),
            str(each.position + 1),
            safe(each.lane),
            *(_invalid() if each.lane in invalid else _came_to(each)),
            duration(each.wall_seconds),
            *noise_words(each),
        ]
        for each in sorted(result.processes, key=lambda each: (each.round, each.position))
    ]
    seed = (
        f"One fresh process a row; lanes are shuffled in each round, seed {result.plan.seed}. "
        "Steal and others' CPU are the CPU seconds that a hypervisor and other processes had while "
        "it had its turns. Switches are involuntary context switches: others wanted its cores."
    )
    told = [seed, table(header, rows, 4), bullets(disturbances(result.summary))]
    return "\n\n".join(["## Rounds", *(each for each in told if each)])


def observed(result: Result) -> str:
    """What the processes got, by their own account; nothing if none told."""
    rows = [[safe(cell) for cell in row] for row in observed_rows(result)]
    return "## What each lane got\n\n" + table(HEADER, rows, len(HEADER)) if rows else ""


def _invalid() -> list[str]:
    return ["**INVALID**", UNKNOWN, UNKNOWN]


def _came_to(process: Process) -> list[str]:
    """Its outcome, and its rates if it completed."""
    if process.record is None or process.outcome != "completed":
        return [process.outcome, UNKNOWN, UNKNOWN]
    rates = (compute_rate(process.record), end_to_end_rate(process.record))
    return [process.outcome, *(UNKNOWN if rate is None else figure(rate) for rate in rates)]
