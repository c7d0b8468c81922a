"""Where a run stands between two rounds."""

from pydantic import Field

from bench.model.base import Fact


class Standing(Fact):
    """How far a run has come, how precise it is by now, and what is expected to be left."""

    rounds_done: int = Field(description="complete rounds, earlier parts of a resumed run included")
    rounds_least: int = Field(description="no run ends on its precision before these")
    rounds_most: int = Field(description="no run goes on after these")
    half_width: float | None = Field(
        description="widest of the compute ratios' intervals as a share: 0.03 is ±3 %; "
        "null: not every ratio has an interval"
    )
    target: float | None = Field(
        description="the half-width that ends the run; null: it does not wait for one"
    )
    rounds_to_go: int | None = Field(
        description="rounds expected until it ends, the time budget aside; null: not known"
    )
