"""What is trained, on which data, and how long one process measures it."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact


class DataSpec(Fact):
    """Where the images are. `root` is the folder that holds `cifar-10-batches-py/`."""

    kind: Literal["cifar10", "synthetic"]
    root: str
    images: int = Field(ge=1, description="training images in the set: one epoch")


class Workload(Fact):
    """What is trained: the same for every lane of a run."""

    model: Literal["resnet50"] = "resnet50"
    classes: int = 10
    image_size: int = Field(ge=32, description="pixels a side, after resizing CIFAR-10's 32")
    batch_size: int = Field(ge=2, description="images a step; batch norm needs two")
    learning_rate: float = 0.001
    momentum: float = 0.9
    seed: int = 0
    loader_workers: int = Field(ge=0, description="DataLoader processes; 0: in the main process")


class Effort(Fact):
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


class DataRequest(Fact):
    """What the run asked for. `root` is the data folder; each set gets a folder in it."""

    data: str
    root: str
    images: int = Field(description="training images, if the set is generated")
    seed: int


class DataReply(Fact):
    """The set to use and why, or the failure in a line."""

    spec: DataSpec | None = None
    reason: str
