"""Pictures of one's own, one folder a class, by torchvision's `ImageFolder`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.model.workload import DataReply, DataRequest, DataSpec
from bench.worker.data import Transform

if TYPE_CHECKING:
    from torch.utils.data import Dataset

CLASSES_LEAST = 2


def prepare(_request: DataRequest, path: str) -> DataReply:
    """Count what lies in the folder, and look at one picture of each class.

    FileNotFoundError if there are none, RuntimeError if there are too few classes, or a file is
    named like a picture and is none.
    """
    from torchvision.datasets import ImageFolder

    root = Path(path).expanduser().resolve()
    if not path or not root.is_dir():
        raise FileNotFoundError(f"{path or 'folder: without a path'} is not a folder")
    pictures = ImageFolder(str(root))
    if len(pictures.classes) < CLASSES_LEAST:
        raise RuntimeError(f"{root} has one class, {pictures.classes[0]}: training needs two")
    first_of_class = dict(reversed([(number, file) for file, number in pictures.samples]))
    for file in first_of_class.values():
        picture(file)
    spec = DataSpec(
        kind="folder", root=str(root), samples=len(pictures), classes=len(pictures.classes)
    )
    return DataReply(spec=spec, reason=f"asked for; one folder a class, {spec.classes} of them")


def training_set(spec: DataSpec, seed: int, transform: Transform) -> "Dataset[Any]":
    """Every picture with its folder's number, mixed by the seed: else a batch has one class."""
    import torch
    from torch.utils.data import Subset
    from torchvision.datasets import ImageFolder

    pictures = ImageFolder(spec.root, transform=transform, loader=picture)
    mixing = torch.Generator().manual_seed(seed)
    return Subset(pictures, torch.randperm(len(pictures), generator=mixing).tolist())


def picture(file: str) -> Any:
    """A picture in three colours. RuntimeError, with its path, if it can't be read."""
    from torchvision.datasets.folder import default_loader

    try:
        return default_loader(file)
    except (OSError, ValueError, SyntaxError) as error:  # Pillow raises all three
        raise RuntimeError(f"{file} can't be read as a picture: {error}") from None
