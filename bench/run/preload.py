"""Names of the libraries to preload that ipexrun and the dynamic loader recognize."""

import re
from collections.abc import Sequence
from pathlib import Path

EXACT = ("libtcmalloc", "libjemalloc", "libiomp5")
"""ipexrun 2.8 looks for exactly these, with `.so`; Debian ships `libtcmalloc_minimal.so.4`, which
it misses."""

SEPARATOR = re.compile(r"[:\s]")
"""What LD_PRELOAD separates its paths by: a library whose path has one is not found there."""


def preload(libraries: Sequence[str], folder: Path) -> str:
    """Return LD_PRELOAD for `libraries`, with links in `folder` where a name isn't exact."""
    return ":".join(str(_exactly_named(Path(library), folder)) for library in libraries)


def _exactly_named(library: Path, folder: Path) -> Path:
    stem = next((each for each in EXACT if library.name.startswith(each)), None)
    name = library.name if stem is None else f"{stem}.so"
    if library.name == name and not SEPARATOR.search(str(library)):
        return library
    folder.mkdir(exist_ok=True)
    link = folder / SEPARATOR.sub("_", name)
    link.unlink(missing_ok=True)  # of a round before, or of a session that this one resumes
    link.symlink_to(library)
    return link
