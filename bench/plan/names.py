"""Look a name up, or say which one was probably meant."""

from collections.abc import Sequence
from difflib import get_close_matches

from bench.errors import BenchError, Exit


def choose(what: str, name: str, known: Sequence[str]) -> str:
    """Return `name` if it is one of `known`; BenchError with the nearest match if it is not."""
    if name in known:
        return name
    raise BenchError(
        f"unknown {what}: --{what} {name if name.strip() else repr(name)}",
        f"{meant(name, known)}known: {', '.join(known)}",
        Exit.USAGE,
    )


def meant(name: str, known: Sequence[str]) -> str:
    """`did you mean amx? `, or nothing where no name is near."""
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.4)
    return f"did you mean {near[0]}? " if near else ""
