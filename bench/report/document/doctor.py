"""Whether a host is ready: each check's finding, and beneath it what mends it."""

import json
from collections import Counter
from typing import get_args

from bench.model.finding import Finding, State
from bench.model.host import Host
from bench.report.document.parts import (
    Cell,
    Code,
    Document,
    Entries,
    Entry,
    Paragraph,
    Tone,
    line,
)
from bench.text import counted

_MARKS: dict[State, tuple[str, Tone]] = {
    "ok": ("✓", "good"),
    "warning": ("!", "doubtful"),
    "failure": ("✗", "bad"),
    "unknown": ("?", "weak"),
}
"""Each state's symbol and tone; the word stands beside them."""


def doctor_document(findings: list[Finding]) -> Document:
    """All findings, and what they come to."""
    return Document(
        "Is this host ready for numbers worth publishing?",
        (
            Entries(tuple(_entry(finding) for finding in findings)),
            Paragraph(line(_verdict(_counts(findings)), "strong")),
        ),
    )


def doctor_json(host: Host, findings: list[Finding]) -> str:
    """The same as JSON: the host's id, how many findings of each state there are, and each one."""
    facts = {
        "host": host.id,
        "counts": _counts(findings),
        "findings": [finding.model_dump() for finding in findings],
    }
    return json.dumps(facts, indent=1)


def _entry(finding: Finding) -> Entry:
    mark, tone = _MARKS[finding.state]
    value = finding.value
    answer = Cell(value.reason or "", tone="weak") if value.value is None else Cell(value.value)
    cells = (Cell(f"{mark} {finding.state}", tone=tone), Cell(finding.name), answer)
    if not finding.fix:
        return Entry(cells)
    return Entry(cells, (Paragraph(line(finding.why)), Code(tuple(finding.fix))))


def _counts(findings: list[Finding]) -> dict[str, int]:
    states = Counter(finding.state for finding in findings)
    return {state: states[state] for state in get_args(State)}


def _verdict(counts: dict[str, int]) -> str:
    numbers = f"{counts['ok']} ok, {counted(counts['warning'], 'warning')}, "
    numbers += f"{counted(counts['failure'], 'failure')}, {counts['unknown']} unknown."
    if counts["failure"]:
        return f"{numbers} Not ready: see the failures first."
    if counts["warning"]:
        return f"{numbers} A run goes through; mend the warnings before you publish."
    return f"{numbers} Ready."
