"""What a check found. The states, by what they mean for a run's numbers.

ok: as it should be, or a property of the processor that no setting changes.
warning: a run goes through, but its numbers are lower, noisier or less comparable than they could
be on this host. What is seen in one second is never more than a warning: it may be over in two.
failure: a run can't begin, a lane that this host could run would fail, or the numbers would be
worth nothing.
unknown: can't be read here, with the reason. It counts neither for the host nor against it.
"""

from dataclasses import dataclass

from bench.errors import Exit
from bench.model.base import Reading
from bench.model.finding import Finding, State

STRICT = 1
"""Exit code for a host that is not quite ready, where the caller asked to be told by one."""


@dataclass(frozen=True)
class Topic:
    """What one check is about: its name, and why its value matters for the number."""

    name: str
    why: str

    def of(self, subject: str) -> "Topic":
        """The same about one of several, such as a stack."""
        return Topic(f"{self.name}: {subject}", self.why)

    def ok(self, value: str) -> Finding:
        """As it should be."""
        return self._finding("ok", Reading(value=value))

    def warning(self, value: str, fix: list[str]) -> Finding:
        """Worse for the numbers than it could be."""
        return self._finding("warning", Reading(value=value), fix)

    def failure(self, value: str, fix: list[str]) -> Finding:
        """No run, or no numbers worth anything."""
        return self._finding("failure", Reading(value=value), fix)

    def unknown(self, reason: str | None) -> Finding:
        """Not to be read here. `reason` is that of a reading without a value."""
        return self._finding("unknown", Reading(reason=reason))

    def _finding(self, state: State, value: Reading[str], fix: list[str] | None = None) -> Finding:
        return Finding(name=self.name, state=state, value=value, why=self.why, fix=fix or [])


def exit_code(findings: list[Finding], strict: bool) -> int:
    """3 if there is a failure; with `strict` 1 if there is a warning; else 0."""
    states = {finding.state for finding in findings}
    if "failure" in states:
        return Exit.CANNOT
    return STRICT if strict and "warning" in states else Exit.DONE
