"""What an export format is: one file that turns measures into bytes."""

from typing import Protocol

from bench.model.measure import Measure
from bench.model.result import Result


class Exporter(Protocol):
    """One format. `name` is what `bench export --format` calls it, `suffix` its files' ending."""

    name: str
    suffix: str

    def export(self, measures: list[Measure], result: Result) -> bytes:
        """The measures of a result in this format; strings in both may be a stranger's."""
        ...
