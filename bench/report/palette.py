"""One colour a lane, everywhere: Okabe and Ito's palette, told apart with any colour vision.

The colours are hexadecimal, which matplotlib and rich both read. FP32 lanes are blue and BF16
lanes are orange, the more capable one of each the stronger; the parts of a step use the colours
left over, with shades of them where these are too few.
"""

import re
import zlib

_LANES = {
    "fp32": "#56B4E9",
    "fp32-ipex": "#0072B2",
    "bf16-avx512": "#E69F00",
    "bf16-amx": "#D55E00",
}
_OTHER_LANES = ("#009E73", "#CC79A7", "#999999")
_PARTS = {
    "data": "#999999",
    "forward": "#009E73",
    "backward": "#CC79A7",
    "optimizer": "#F0E442",
    "convolution forward": "#009E73",
    "convolution backward data": "#CC79A7",
    "convolution backward weights": "#8A4A6E",
    "inner product": "#F0E442",
    "reorder": "#222222",
    "normalization": "#A8D5C5",
    "pooling": "#E8CFDD",
    "other": "#999999",
    "outside oneDNN": "#E3E3E3",
}
"""Parts of a step: its phases, and kinds of kernels. Convolutions have their phase's hue."""

_DARK = {"#8A4A6E", "#222222"}

STATUS_STYLES = {
    "completed": "green",
    "measured": "green",
    "planned": "",
    "skipped": "yellow",
    "interrupted": "yellow",
    "not reached": "yellow",
    "failed": "bold red",
    "invalid": "bold red",
}
"""Console styles of the words for a lane's or a process's state; the word itself says it all."""

VERDICT_STYLES = {"faster": "bold green", "slower": "bold magenta", "no verdict": "bold yellow"}
"""Console styles of what a verdict comes to. Slower is no error, and so it is not red."""


def lane_colour(lane: str) -> str:
    """The lane's colour, also for its second self; an unknown one has what its name decides."""
    known = _LANES.get(re.sub(r"-\d+$", "", lane))
    return known or _OTHER_LANES[zlib.crc32(lane.encode()) % len(_OTHER_LANES)]


def part_colour(part: str) -> str:
    """The colour of a part of a step; a kind of kernel that this file does not know is `other`."""
    return _PARTS.get(part, _PARTS["other"])


def part_ink(part: str) -> str:
    """The colour of a figure on that part."""
    return "white" if part_colour(part) in _DARK else "#222222"
