"""A run's conclusions on the console: figures, verdicts, limits, and what came to no number."""

from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bench.model.result import Result
from bench.report.blocks import bullets, heading, lane_name, state, words
from bench.report.captions import captions
from bench.report.headline import cores_used, cpu_brand, rounds_words, system, workload
from bench.report.lane_table import at_isa_words, lane_table
from bench.report.limit_table import limit_table
from bench.report.limit_words import BOUND, PEAK, limits_of
from bench.report.outcomes import Outcome, outcomes
from bench.report.verdict_lines import verdict_lines
from bench.report.verdicts import verdicts
from bench.text import counted


def result_view(result: Result) -> Group:
    """The whole result for a console of 80 columns or more."""
    states = outcomes(result)
    parts: list[RenderableType] = [_head(result), Text(), lane_table(result, states), Text()]
    for each in states:
        if each.state == "invalid":
            parts += [_invalid(each), Text()]
    if judged := verdicts(result):
        parts += [heading("Verdicts"), *map(verdict_lines, judged), Text()]
    parts += [words(sentence, "dim") for sentence in [*captions(result), *at_isa_words(result)]]
    if found := limits_of(result):
        parts += [
            Text(),
            limit_table(found),
            words(PEAK, "dim"),
            words(BOUND, "dim"),
        ]
    incomplete = [each for each in states if each.reason and each.state != "invalid"]
    if incomplete:
        parts += [Text(), _incomplete(incomplete)]
    if result.plan.notes:
        parts += [Text(), bullets("Notes", result.plan.notes)]
    return Group(*parts)


def last_line(result: Result, folder: Path) -> Text:
    """What was done and where it is: the last thing a run says."""
    states = [each.state for each in outcomes(result)]
    done = f"{counted(states.count('measured'), 'lane')} measured"
    names = ("invalid", "failed", "interrupted", "skipped", "not reached")
    others = [f"{states.count(s)} {s}" for s in names]
    told = ", ".join([done, *(text for text in others if not text.startswith("0 "))])
    return words(f"{result.status}: {told}; {folder}")


def _invalid(lane: Outcome) -> Text:
    """Loud: it must not be missed that this lane's figures are worth nothing."""
    loud = words(f"INVALID: {lane.lane} has no figure, what ran contradicts its name.", "bold red")
    return Text("\n").join([loud, words(lane.reason, "red")])


def _head(result: Result) -> Text:
    lines = [
        heading(cpu_brand(result)),
        words(f"{cores_used(result.plan)} of {system(result)}"),
        words(workload(result.plan, result.data)),
        words(
            f"profile {result.plan.profile}, {rounds_words(result)}; "
            f"{result.status}: {result.stop_reason}"
        ),
    ]
    return Text("\n").join(lines)


def _incomplete(states: list[Outcome]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify = heading("Not measured, or not in every round"), "left"
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in states:
        table.add_row(lane_name(each.lane), state(each.state), words(each.reason))
    return table
