"""A run as `report.md`: readable where it is published, with its charts beside it."""

import shlex

from bench.model.result import Data, Result
from bench.report.charts.chart_data import charts
from bench.report.headline import cores_used, cpu_brand, rounds_words, system, versions, workload
from bench.report.sections.evidence import what_ran, where_time_goes
from bench.report.sections.lanes import incomplete, lanes
from bench.report.sections.limits import limits
from bench.report.sections.markup import bullets, safe
from bench.report.sections.ratios import judged, ratios
from bench.report.sections.rounds import observed, rounds
from bench.report.sections.settings import settings


def markdown(result: Result) -> str:
    """The report of a result, whole; charts are embedded as `charts/<name>.svg`."""
    sections = [
        f"# PyTorch training on {safe(cpu_brand(result))}",
        _what(result),
        lanes(result),
        incomplete(result),
        judged(result),
        ratios(result),
        _charts(result),
        what_ran(result),
        where_time_goes(result),
        limits(result),
        rounds(result),
        observed(result),
        settings(result),
        _notes(result),
        "## Render this again\n\nFrom the folder's `result.json` alone, on any machine:\n\n"
        "```\nbench report DIR\n```",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


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


def _charts(result: Result) -> str:
    found = [f"![{safe(chart.title)}](charts/{chart.name}.svg)" for chart in charts(result)]
    return "\n\n".join(["## Charts", *found]) if found else ""


def _notes(result: Result) -> str:
    return f"## Notes\n\n{bullets(result.plan.notes)}" if result.plan.notes else ""
