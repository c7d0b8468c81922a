"""The colours of what is not a lane, and a figure at a bar's end: for all drawn charts."""

from typing import Any

from matplotlib.axes import Axes

INK, FAINT, EDGE = "#222222", "#595959", "#444444"


def label(axes: Axes, end: float, y: float, text: str, **style: Any) -> None:
    """Words to the right of a bar, on white so that no line runs through them."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.annotate(
        text,
        (end, y),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        bbox=box,
        zorder=5,
        **style,
    )
