"""What can be run instead: each lane beside the archived engine's that does the same."""

from collections.abc import Sequence

from bench.model.plan import PlannedLane
from bench.plan.catalogue.engines import ENGINES


def with_archived(lanes: Sequence[PlannedLane]) -> list[PlannedLane]:
    """The lanes, those of another stack with the archived engine's lane that they would replace."""
    archived = [lane for lane in lanes if _is_archived(lane) and lane.intention != "skipped"]
    return [lane.model_copy(update={"instead_of": _replaced(lane, archived)}) for lane in lanes]


def _replaced(lane: PlannedLane, archived: Sequence[PlannedLane]) -> str | None:
    """The first of them that does the same in another stack; None of an archived engine's own."""
    if _is_archived(lane):
        return None
    same = (
        other.id
        for other in archived
        if other.setup.stack != lane.setup.stack and _work(other) == _work(lane)
    )
    return next(same, None)


def _is_archived(lane: PlannedLane) -> bool:
    return ENGINES[lane.setup.engine].archived


def _work(lane: PlannedLane) -> tuple[object, ...]:
    return lane.setup.arithmetic, lane.setup.batch_size
