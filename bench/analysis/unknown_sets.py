"""What oneDNN said of its instruction set that the kit does not understand. Pure."""

from bench.analysis.isa import announced
from bench.analysis.states import by_rounds
from bench.model.process import Process
from bench.text import one_line


def unknown_set_cautions(processes: list[Process]) -> list[str]:
    """A sentence that is not known is neither within a ceiling nor above it: it is said."""
    return by_rounds(
        (
            process.round,
            f"oneDNN said that it may use {one_line(sentence, 120)!r}, which this version of the "
            "kit does not know: whether its ceiling was in force, only its kernels' names tell",
        )
        for process in processes
        for rank in process.ranks
        for sentence in rank.announced
        if announced(sentence) is None
    )
