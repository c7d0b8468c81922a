"""The doctor's view of a host: each check's finding, and beneath it what mends it."""

import json

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bench.doctor.finding import counts
from bench.model.finding import Finding, State
from bench.model.host import Host
from bench.report.blocks import heading, words
from bench.text import counted, printable

_MARKS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "failure": ("✗", "bold red"),
    "unknown": ("?", "cyan"),
}
"""Each state's symbol and style; the word stands beside them."""

_GAP = 2
_STATE_WIDTH = 2 + max(map(len, _MARKS))
_INDENT = _STATE_WIDTH + _GAP
"""What is said beneath a finding stands under its name."""


def doctor_view(findings: list[Finding]) -> Group:
    """All findings for a console of 80 columns or more.

    To be printed with `crop=False`: a command longer than the console is wide is the terminal's to
    wrap, which copies it as the one line that it is.
    """
    names = max(len(finding.name) for finding in findings)
    title = heading("Is this host ready for numbers worth publishing?")
    parts: list[RenderableType] = [title, Text()]
    for finding in findings:
        parts += _finding(finding, names)
    return Group(*parts, Text(), _verdict(findings))


def doctor_json(host: Host, findings: list[Finding]) -> str:
    """The same as JSON: the host's id, how many findings of each state there are, and each one."""
    facts = {
        "host": host.id,
        "counts": counts(findings),
        "findings": [finding.model_dump() for finding in findings],
    }
    return json.dumps(facts, indent=1)


def _finding(finding: Finding, names: int) -> list[RenderableType]:
    mark, style = _MARKS[finding.state]
    row = Table.grid(padding=(0, _GAP, 0, 0))
    row.add_column(width=_STATE_WIDTH, no_wrap=True)
    row.add_column(width=names, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(Text(f"{mark} {finding.state}", style=style), words(finding.name), _value(finding))
    if not finding.fix:
        return [row]
    why = Padding(words(finding.why), (0, 0, 0, _INDENT))
    return [row, why, *(_line(line) for line in finding.fix), Text()]


def _value(finding: Finding) -> Text:
    value = finding.value
    return words(value.reason or "", "dim") if value.value is None else words(value.value)


def _line(line: str) -> Text:
    """One line of a fix, whole, whatever its length."""
    style = "dim" if line.startswith("#") else "bold"
    return Text(" " * _INDENT + printable(line), style=style, no_wrap=True, overflow="ignore")


def _verdict(findings: list[Finding]) -> Text:
    found = counts(findings)
    told = f"{found['ok']} ok, {counted(found['warning'], 'warning')}, "
    told += f"{counted(found['failure'], 'failure')}, {found['unknown']} unknown."
    if found["failure"]:
        return words(f"{told} Not ready: see the failures first.", "bold")
    if found["warning"]:
        return words(f"{told} A run goes through; mend the warnings before you publish.", "bold")
    return words(f"{told} Ready.", "bold")
