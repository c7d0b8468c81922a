"""Colours, hexadecimal, which matplotlib and rich both read: of a run's lanes, of a step's parts.

A lane's colour follows from its precision and its place in the plan: FP32 lanes are cool, BF16
lanes warm. Both lists begin with those of Okabe and Ito's palette, told apart with any colour
vision; what follows was searched for: of any eight lanes, the two nearest are 11 apart or more
(CIEDE2000), with normal vision and without red or green (Machado, Oliveira and Fernandes, "A
physiologically-based model for simulation of color vision deficiency", 2009). Of more lanes the
hue still tells the precision, and no two share a colour.
"""

from bench.model.plan import Plan

_COOL = (
    *("#56B4E9", "#0072B2", "#99E5DE", "#428D88"),
    *("#143B5F", "#0E6460", "#1134BD", "#4888FA"),
)
_WARM = (
    *("#E69F00", "#D55E00", "#7E1A32", "#F3A193"),
    *("#B05F6E", "#B11909", "#D36E66", "#FAD282"),
)
_PARTS = (
    *("#009E73", "#CC79A7", "#8A4A6E", "#F0E442", "#222222"),
    *("#A8D5C5", "#E8CFDD", "#999999", "#6A5ACD", "#B5B35C"),
)
"""None of a lane's: in a step's charts the lane is a row, and the colour is the part."""

REST = "#E3E3E3"
"""What is left of a step."""

INK = "#222222"


def lane_colours(plan: Plan) -> dict[str, str]:
    """Each lane's colour, by id: the same in every chart and on the console of a run."""
    seen = {"fp32": 0, "bf16": 0}
    colours = {}
    for lane in plan.lanes:
        precision = lane.setup.precision
        colours[lane.id] = _nth(_COOL if precision == "fp32" else _WARM, seen[precision])
        seen[precision] += 1
    return colours


def part_colours(parts: list[str], rest: str | None = None) -> dict[str, str]:
    """The colours of a step's parts, by their order; that of `rest`, if it is one, is pale."""
    named = [part for part in parts if part != rest]
    return {part: REST if part == rest else _nth(_PARTS, named.index(part)) for part in parts}


def ink_on(colour: str) -> str:
    """White or dark: what can be read on that colour, by its luminance (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "white" if luminance < 0.18 else INK


def _nth(colours: tuple[str, ...], i: int) -> str:
    """The colour of that number; past the last they come again, each time paler."""
    again, i = divmod(i, len(colours))
    keep = 1 / (1 + 0.5 * again)
    parts = [int(colours[i][j : j + 2], 16) for j in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - keep * (255 - part)):02X}" for part in parts)
