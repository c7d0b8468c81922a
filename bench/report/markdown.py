"""A run as `report.md`: readable where it is published, with its charts beside it."""

import re
import shlex

from bench.analysis.rates import compute_rate, end_to_end_rate
from bench.analysis.ratios import ratio_against
from bench.host.cpulist import format_cpulist
from bench.host.model import Reading
from bench.report.captions import best_fp32_column, captions
from bench.report.chart_data import charts
from bench.report.headline import cores_used, cpu_brand, rounds_words, system, versions, workload
from bench.report.observed import HEADER, noise_words, observed_rows
from bench.report.outcomes import outcomes
from bench.report.wording import (
    duration,
    epoch_unit,
    figure,
    on_off,
    printable,
    ratio_value,
    reading,
    size,
    span,
)
from bench.results.schema import Data, LaneSummary, Process, Ratio, Result, Spread

UNKNOWN = "–"


def markdown(result: Result) -> str:
    """The report of a result, whole; charts are embedded as `charts/<name>.svg`."""
    sections = [
        f"# PyTorch training on {safe(cpu_brand(result))}",
        _what(result),
        "## Lanes",
        _lanes(result),
        "\n".join(f"- {safe(sentence)}" for sentence in captions(result)),
        _incomplete(result),
        _ratios(result),
        _charts(result),
        _rounds(result),
        _observed(result),
        _settings(result),
        _notes(result),
        "## Render this again\n\nFrom the folder's `result.json` alone, on any machine:\n\n"
        "```\nbench report DIR\n```",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def safe(text: str) -> str:
    """Text for a line or table cell: one line, and nothing in it starts a cell, a tag or a link."""
    line = " ".join(printable(text).split())
    return re.sub(r"([\\|`*\[])", r"\\\1", line).replace("<", "&lt;")


def table(header: list[str], rows: list[list[str]], left: int = 1) -> str:
    """A table of safe cells: the first `left` columns to the left, the rest to the right."""
    rule = ["---" if i < left else "---:" for i in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])


def _what(result: Result) -> str:
    plan, host = result.plan, result.host
    finished = result.finished_at or "not finished"
    commit = result.kit.commit or f"commit unknown: {result.kit.commit_reason}"
    facts = [
        ("Host", f"{system(result)}; id {host.id}" + (f", {host.name}" if host.name else "")),
        ("Cores", f"{cores_used(plan)}: {plan.cores_reason}"),
        ("Workload", workload(plan, result.data)),
        ("Data", _data(result.data)),
        ("Profile", f"{plan.profile}, {rounds_words(result)}"),
        ("Run", f"{result.status}: {result.stop_reason}; {result.started_at} to {finished}"),
        ("Software", f"bench {result.kit.version} ({commit}); {versions(result)}"),
        ("Command", shlex.join(result.command)),
    ]
    return "\n".join(f"- **{label}:** {safe(value)}" for label, value in facts)


def _data(data: Data | None) -> str:
    return f"{data.spec.kind}: {data.reason}" if data else "no data set was prepared"


def _lanes(result: Result) -> str:
    summary = result.summary
    best = best_fp32_column(summary)
    denominators = [summary.baseline, *([best] if best else [])]
    unit, seconds = epoch_unit(summary)
    header = ["lane", "compute img/s", "end-to-end img/s", f"epoch training, {unit}"]
    header += [*(f"× {safe(lane)}" for lane in denominators), "peak memory"]
    found = {lane.lane: lane for lane in summary.lanes}
    rows = []
    for each in outcomes(result):
        cells = (
            _figures(found[each.lane], denominators, seconds)
            if each.state == "measured"
            else [each.state, *[""] * (len(header) - 2)]
        )
        rows.append([safe(each.lane), *cells])
    return table(header, rows)


def _figures(lane: LaneSummary, denominators: list[str], seconds: float) -> list[str]:
    """`seconds` is the unit of the epoch time."""
    memory = lane.peak_memory_bytes
    return [
        _rate(lane.compute_images_per_second),
        _rate(lane.end_to_end_images_per_second),
        _epoch(lane, seconds),
        *(
            "1" if lane.lane == name else _ratio(ratio_against(lane.compute_ratios, name))
            for name in denominators
        ),
        UNKNOWN if memory is None else size(memory),
    ]


def _rate(over: Spread | None) -> str:
    return UNKNOWN if over is None else _ranged(figure(over.median), span(over, figure))


def _epoch(lane: LaneSummary, seconds: float) -> str:
    over = lane.epoch_seconds
    if over is None:
        return UNKNOWN
    mark = "" if lane.epoch_measured else "~"
    return _ranged(
        mark + figure(over.median / seconds), span(over, lambda value: figure(value / seconds))
    )


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return UNKNOWN
    return _ranged(ratio_value(ratio), span(ratio, "{:.2f}".format))


def _ranged(value: str, between: str) -> str:
    return f"**{value}** ({between})" if between else f"**{value}**"


def _incomplete(result: Result) -> str:
    found = [each for each in outcomes(result) if each.reason]
    if not found:
        return ""
    rows = [[safe(each.lane), each.state, safe(each.reason)] for each in found]
    return "### Not measured, or not in every round\n\n" + table(["lane", "", "reason"], rows, 3)


def _ratios(result: Result) -> str:
    """Every ratio of the summary, compute and end to end apart."""
    rows = [
        [safe(lane.lane), safe(ratio.against), part, _ratio(ratio), str(ratio.rounds)]
        for lane in result.summary.lanes
        for part, found in (
            ("compute", lane.compute_ratios),
            ("end to end", lane.end_to_end_ratios),
        )
        for ratio in found
    ]
    if not rows:
        return ""
    return "## Ratios\n\n" + table(["lane", "over", "throughput", "ratio", "rounds"], rows, 3)


def _charts(result: Result) -> str:
    found = [f"![{safe(chart.title)}](charts/{chart.name}.svg)" for chart in charts(result)]
    return "\n\n".join(["## Charts", *found]) if found else ""


def _rounds(result: Result) -> str:
    if not result.processes:
        return ""
    header = ["round", "place", "lane", "outcome", "compute img/s", "end-to-end img/s", "wall time"]
    header += ["load before", "steal, s", "switches"]
    rows = [
        [
            str(each.round),
            str(each.position + 1),
            safe(each.lane),
            each.outcome,
            *_process_rates(each),
            duration(each.wall_seconds),
            *noise_words(each),
        ]
        for each in sorted(result.processes, key=lambda each: (each.round, each.position))
    ]
    seed = (
        f"One fresh process a row; lanes are shuffled in each round, seed {result.plan.seed}. "
        "Switches are involuntary context switches: others wanted its cores."
    )
    return f"## Rounds\n\n{seed}\n\n" + table(header, rows, 4)


def _observed(result: Result) -> str:
    """What the processes got, by their own account; nothing if none told."""
    rows = [[safe(cell) for cell in row] for row in observed_rows(result)]
    return "## What each lane got\n\n" + table(HEADER, rows, len(HEADER)) if rows else ""


def _process_rates(process: Process) -> list[str]:
    if process.record is None or process.outcome != "completed":
        return [UNKNOWN, UNKNOWN]
    rates = (compute_rate(process.record), end_to_end_rate(process.record))
    return [UNKNOWN if rate is None else figure(rate) for rate in rates]


def _settings(result: Result) -> str:
    cpu, limits, settings = result.host.cpu, result.host.limits, result.host.settings
    tools = result.host.tools
    usable = [each.name for each in result.host.instruction_sets if each.usable]
    amx = result.host.amx_permission
    rows = [
        ("microcode", reading(cpu.microcode)),
        ("instruction sets usable", ", ".join(usable) or "none known"),
        ("AMX permission", amx.answer),
        ("CPUs of this process", format_cpulist(limits.affinity)),
        ("CPU quota", reading(limits.quota_cpus, "{:g} CPUs".format)),
        ("memory limit", reading(limits.memory_limit_bytes, size)),
        ("governor", reading(settings.governor)),
        ("turbo", reading(settings.turbo, on_off)),
        ("SMT", reading(settings.smt, on_off)),
        ("huge pages", reading(settings.transparent_huge_pages)),
        ("NUMA balancing", reading(settings.numa_balancing, on_off)),
        ("hypervisor", reading(settings.hypervisor)),
        ("container", reading(settings.container)),
        ("operating system", f"{reading(settings.operating_system)}, Linux {settings.kernel}"),
        ("pinned by", result.plan.task_manager),
        ("tcmalloc", _found(tools.tcmalloc)),
        ("libiomp5", _found(tools.iomp5)),
    ]
    cells = [[label, safe(value)] for label, value in rows]
    return "## Host and settings\n\n" + table(["", ""], cells, 2)


def _found(library: Reading[str]) -> str:
    """Whether it is there, not where: a path says more of the machine than a report needs."""
    return reading(library, lambda path: "found")


def _notes(result: Result) -> str:
    notes = [f"- {safe(note)}" for note in result.plan.notes]
    return "\n".join(["## Notes", "", *notes]) if notes else ""
