"""How long one process measures."""

from pydantic import Field

from bench.model.base import Fixed

DEFAULT_PROTOCOL = "throughput"


class Effort(Fixed):
    """How long one process measures: a warm-up, then turns of steps of each kind.

    A turn ends at its time once it has `turn_min_steps`, or at `turn_max_steps` at the latest.
    """

    warmup_max_steps: int = Field(ge=0, description="it ends earlier once the steps are steady")
    end_to_end_turns: int = Field(ge=0)
    compute_turns: int = Field(ge=1)
    turn_seconds: float = Field(ge=0)
    turn_min_steps: int = Field(ge=1)
    turn_max_steps: int = Field(ge=1)
    whole_epochs: int = Field(
        default=0, ge=0, description="epochs trained first, instead of warm-up and end-to-end turns"
    )
