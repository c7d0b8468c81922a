"""What one check of the host found."""

from collections import Counter
from typing import Literal, Self, get_args

from pydantic import model_validator

from bench.model.base import Fact, Reading

State = Literal["ok", "warning", "failure", "unknown"]


class Finding(Fact):
    """One check's answer: what was seen, why that matters for the number, and what changes it.

    `fix` are lines to copy: shell commands, or lines of a file that the `#` line above them names.
    """

    name: str
    state: State
    value: Reading[str]
    why: str
    fix: list[str] = []

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.state == "unknown") != (self.value.value is None):
            raise ValueError("what is unknown has a reason and no value, all else a value")
        if (self.state in ("warning", "failure")) != bool(self.fix):
            raise ValueError("a warning or failure has a fix, all else has none")
        return self


def counts(findings: list[Finding]) -> dict[State, int]:
    """How many findings there are of each state."""
    states = Counter(finding.state for finding in findings)
    return {state: states[state] for state in get_args(State)}
