"""Names that ipexrun recognizes for the libraries to preload."""

from collections.abc import Iterable
from pathlib import Path

EXACT = {"libtcmalloc": "libtcmalloc.so", "libiomp5": "libiomp5.so"}
"""ipexrun 2.8 looks for exactly these; Debian ships `libtcmalloc_minimal.so.4`, which it misses."""


def preload(libraries: Iterable[str], folder: Path) -> str:
    """Return LD_PRELOAD for `libraries`, with links in `folder` where a name isn't exact."""
    return ":".join(str(_exactly_named(Path(library), folder)) for library in libraries)


def _exactly_named(library: Path, folder: Path) -> Path:
    wanted = next(name for stem, name in EXACT.items() if library.name.startswith(stem))
    if library.name == wanted:
        return library
    link = folder / wanted
    link.unlink(missing_ok=True)  # of a session that this one resumes
    link.symlink_to(library)
    return link
