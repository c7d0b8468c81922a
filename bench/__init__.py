"""Reproducible PyTorch training benchmark for Intel Xeon: FP32, BF16 on AVX-512, BF16 on AMX."""

from __future__ import annotations

TYPE_CHECKING = False  # nothing is imported here: the current folder may still come first
if TYPE_CHECKING:
    from os import PathLike

    from bench.frames.load import Frames

__version__ = "0.1.0"


def load(*paths: str | PathLike[str]) -> Frames:
    """Runs as tidy pandas frames: `runs`, `lanes`, `steps`, `kernels`, `noise` and `rounds`.

    A path is a run's folder, an archive of one, or a pattern such as `results/*`, of which what
    holds a run is taken. The frames' first column, `run`, tells several runs apart; all columns
    with their units are in docs/exploring.md and in `bench.frames.load.FRAMES`. Times are seconds,
    memory bytes, ratios and shares plain numbers; what is not known is missing.

    BenchError, of `bench.errors`, if pandas is missing, and if a run is, or is not valid.
    """
    from bench.frames import load  # what it needs is heavy, and not for who wants the version

    return load.load(*paths)
