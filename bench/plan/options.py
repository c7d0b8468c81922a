"""What a user can ask of a run: the options that `bench plan` and `bench run` share."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options. None is the profile's own value; for profile and model it is the default one.

    `lane` are names, or lists of names with commas; one named twice runs twice.
    """

    profile: str | None = None
    model: str | None = None
    lane: list[str] | None = None
    data: str | None = None
    batch_size: int | None = None
    image_size: int | None = None
    rounds: int | None = None
    time_budget: float | None = None
    target_precision: float | None = None
    lane_limit: float | None = None
    seed: int = 0
