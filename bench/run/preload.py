"""Names that ipexrun recognizes for the libraries to preload."""

from collections.abc import Sequence
from pathlib import Path

EXACT = ("libtcmalloc", "libjemalloc", "libiomp5")
"""ipexrun 2.8 looks for exactly these, with `.so`; Debian ships `libtcmalloc_minimal.so.4`, which
it misses."""


def preload(libraries: Sequence[str], folder: Path) -> str:
    """Return LD_PRELOAD for `libraries`, with links in `folder` where a name isn't exact."""
    return ":".join(str(_exactly_named(Path(library), folder)) for library in libraries)


def _exactly_named(library: Path, folder: Path) -> Path:
    stem = next((each for each in EXACT if library.name.startswith(each)), None)
    if stem is None or library.name == f"{stem}.so":
        return library
    folder.mkdir(exist_ok=True)
    link = folder / f"{stem}.so"
    link.unlink(missing_ok=True)  # of a round before, or of a session that this one resumes
    link.symlink_to(library)
    return link
