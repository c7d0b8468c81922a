"""A verdict on the console: its word stands out, its reasons stand beneath."""

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from bench.report.blocks import words
from bench.report.palette import VERDICT_STYLES
from bench.report.verdicts import Verdict


def verdict_lines(verdict: Verdict) -> Group:
    """The sentence, then what explains it, set in."""
    word = words(verdict.word, VERDICT_STYLES[verdict.word])
    sentence = Text.assemble(words(verdict.before), word, words(verdict.after))
    return Group(sentence, *(Padding(words(why), (0, 0, 0, 2)) for why in verdict.because))
