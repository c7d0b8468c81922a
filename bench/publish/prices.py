"""What an hour of a host costs, as far as its owner said so: by run or by processor."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from bench.errors import BenchError, Exit
from bench.publish.entry import RunEntry

FORM = "RUN_OR_PROCESSOR=DOLLARS_PER_HOUR"


@dataclass(frozen=True)
class Prices:
    """Dollars an hour by a run's id or a processor's name; what was given last counts."""

    by_name: dict[str, float] = field(default_factory=dict)

    def of(self, run: RunEntry) -> float | None:
        """Dollars an hour of the run's host: its own price, else its processor's."""
        names = (run.run, run.id, run.sum, run.processor)
        prices = (self.by_name.get(name.casefold()) for name in names)
        return next((price for price in prices if price is not None), None)

    def unused(self, runs: Iterable[RunEntry]) -> list[str]:
        """A sentence for each price that is no run's, with what was probably meant."""
        names = {n.casefold(): n for r in runs for n in (r.run, r.id, r.sum, r.processor)}
        sentences = []
        for name in self.by_name.keys() - names.keys():
            near = get_close_matches(name, names, n=1, cutoff=0.4)
            meant = f"; did you mean {names[near[0]]}?" if near else ""
            sentences.append(f"the price of {name} is nobody's: no run, no processor{meant}")
        return sorted(sentences)


def read_prices(given: Iterable[str], file: Path | None = None) -> Prices:
    """From words like `Intel Xeon Gold 6430=2.10`, and lines of a file like them; `#` is a comment.

    BenchError (exit 2) for anything else, or a file that can't be read.
    """
    lines: list[str] = []
    if file is not None:
        try:
            text = file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise BenchError(f"{file} can't be read: {error}", code=Exit.USAGE) from error
        stripped = (line.partition("#")[0].strip() for line in text.splitlines())
        lines = [line for line in stripped if line]
    return Prices(dict(_price(each) for each in (*lines, *given)))


def _price(text: str) -> tuple[str, float]:
    name, _, dollars = text.rpartition("=")
    try:
        value = float(dollars)
    except ValueError:
        value = math.nan
    if not name.strip() or not 0 < value < math.inf:
        raise BenchError(f"{text or repr(text)} is no price", f"it has the form {FORM}", Exit.USAGE)
    return " ".join(name.split()).casefold(), value
