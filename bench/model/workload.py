"""What is trained, and on which data."""

from pydantic import Field

from bench.model.base import Fact, Fixed


class Workload(Fixed):
    """What is trained: model, input, optimizer and seed, the same for every lane of a run."""

    model: str = Field(description="its name in the catalogue, e.g. resnet50")
    title: str = Field(description="its name for people, e.g. ResNet-50")
    unit: str = Field(description="a sample's name for people, e.g. img")
    image_size: int = Field(ge=32, description="pixels a side, after resizing")
    learning_rate: float = 0.001
    momentum: float = 0.9
    seed: int = 0


class DataSpec(Fact):
    """Where the samples are: `root` is the folder of the set, `kind` says what is in it."""

    kind: str = Field(description="cifar10, synthetic or folder")
    root: str
    samples: int = Field(ge=1, description="training samples in the set: one epoch")
    classes: int = Field(ge=2, default=10)


class DataRequest(Fact):
    """What the run asked for. `root` is the data folder; each set gets a folder in it."""

    data: str = Field(description="auto, cifar10, synthetic or folder:PATH")
    root: str
    samples: int = Field(description="training samples, if the set is generated")
    seed: int


class DataReply(Fact):
    """The set to use and why, or the failure in a line."""

    spec: DataSpec | None = None
    reason: str
