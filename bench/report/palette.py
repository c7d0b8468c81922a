"""One colour a lane, everywhere: Okabe and Ito's palette, told apart with any colour vision.

The colours are hexadecimal, which matplotlib and rich both read. FP32 lanes are blue and BF16
lanes are orange, the more capable one of each the stronger; phases use the colours left over.
"""

import zlib

_LANES = {
    "fp32": "#56B4E9",
    "fp32-ipex": "#0072B2",
    "bf16-avx512": "#E69F00",
    "bf16-amx": "#D55E00",
}
_OTHER_LANES = ("#009E73", "#CC79A7", "#999999")
_PHASES = {
    "data": "#999999",
    "forward": "#009E73",
    "backward": "#CC79A7",
    "optimizer": "#F0E442",
}

STATUS_STYLES = {
    "completed": "green",
    "measured": "green",
    "planned": "",
    "skipped": "yellow",
    "interrupted": "yellow",
    "not reached": "yellow",
    "failed": "bold red",
}
"""Console styles of the words for a lane's or a process's state; the word itself says it all."""


def lane_colour(lane: str) -> str:
    """The lane's colour; a lane this file does not know gets one that its name alone decides."""
    known = _LANES.get(lane)
    return known or _OTHER_LANES[zlib.crc32(lane.encode()) % len(_OTHER_LANES)]


def phase_colour(phase: str) -> str:
    """The colour of a step's phase."""
    return _PHASES[phase]
