"""CIFAR-10 (Krizhevsky 2009), by torchvision's loader, which checks what it has by checksums."""

import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.model.workload import DataReply, DataRequest, DataSpec
from bench.worker.data import Transform

if TYPE_CHECKING:
    from torch.utils.data import Dataset

FOLDER = "cifar-10-batches-py"
"""The folder in its archive."""
SAMPLES = 50_000
CLASSES = 10

REACH_SECONDS = 3.0
"""How long its server has to answer before it counts as out of reach."""


def prepare(request: DataRequest, _path: str) -> DataReply:
    """Find it in the data folder, or download it there. OSError or RuntimeError if neither."""
    root = root_of(request)
    if in_place(root):
        return _reply(root, "found, checksums right")
    _download(root)
    return _reply(root, "downloaded, checksums right")


def training_set(spec: DataSpec, _seed: int, transform: Transform) -> "Dataset[Any]":
    """Its training part. RuntimeError if it is missing or damaged."""
    from torchvision.datasets import CIFAR10

    return CIFAR10(spec.root, train=True, transform=transform)


def root_of(request: DataRequest) -> Path:
    """Where it lies, or would."""
    return Path(request.root) / "cifar10"


def in_place(root: Path) -> bool:
    """Ask torchvision whether every file is there with its checksum; don't load torch for none."""
    if not (root / FOLDER).is_dir():
        return False
    from torchvision.datasets import CIFAR10

    try:
        CIFAR10(str(root), train=True, download=False)
    except RuntimeError:
        return False
    return True


def unreachable() -> str | None:
    """Why its server can't be reached, or None if it answers."""
    from torchvision.datasets import CIFAR10

    try:
        request = urllib.request.Request(CIFAR10.url, method="HEAD")
        urllib.request.urlopen(request, timeout=REACH_SECONDS).close()
    except urllib.error.HTTPError as error:
        error.close()
        return f"its server answered {error.code} {error.reason}"
    except OSError as error:
        return str(getattr(error, "reason", error))
    return None


def _download(root: Path) -> None:
    """Let torchvision download: it replaces an archive or a file whose checksum is wrong."""
    from torchvision.datasets import CIFAR10

    socket.setdefaulttimeout(10 * REACH_SECONDS)  # torchvision sets none, and would wait forever
    root.mkdir(parents=True, exist_ok=True)
    CIFAR10(str(root), train=True, download=True)


def _reply(root: Path, reason: str) -> DataReply:
    spec = DataSpec(kind="cifar10", root=str(root), samples=SAMPLES, classes=CLASSES)
    return DataReply(spec=spec, reason=reason)
