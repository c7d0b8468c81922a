"""A generated set of ten classes in CIFAR-10's own on-disk format, read by the same loader."""

import hashlib
import json
import os
import pickle
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bench.model.workload import DataReply, DataRequest, DataSpec
from bench.worker.data import Transform
from bench.worker.data.cifar10 import FOLDER

if TYPE_CHECKING:
    from torch.utils.data import Dataset

MANIFEST = "manifest.json"
CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
"""CIFAR-10's own names."""
SIDE = 32
PIECES = 5
NOISE = 48.0
"""Standard deviation of the noise on each pixel, of 255: classes overlap but can be learnt."""


def prepare(request: DataRequest, _path: str) -> DataReply:
    """Generate what is missing. OSError if it can't be written."""
    root = Path(request.root) / f"synthetic-{request.samples}-seed{request.seed}"
    ensure(root, request.samples, request.seed)
    spec = DataSpec(kind="synthetic", root=str(root), samples=request.samples, classes=len(CLASSES))
    return DataReply(spec=spec, reason="asked for")


def training_set(spec: DataSpec, seed: int, transform: Transform) -> "Dataset[Any]":
    """The set, read and checked by torchvision's own CIFAR-10 loader; generated if missing."""
    from torchvision.datasets import CIFAR10

    root = ensure(Path(spec.root), spec.samples, seed)
    names = root / FOLDER / "batches.meta"

    class Generated(CIFAR10):
        train_list = [list(entry) for entry in files(root)]
        test_list: list[list[str]] = []
        meta = {"filename": names.name, "key": "label_names", "md5": _md5(names)}

    return Generated(str(root), train=True, transform=transform)


def ensure(root: Path, samples: int, seed: int) -> Path:
    """Return `root` with a set of `samples` training images in it, generating what is missing.

    Written beside its place and renamed, so that a half-written set is never taken for a whole
    one. Whoever may write to the data folder may replace a set that is not whole. PermissionError
    if this user may not, OSError if `root` can't be written.
    """
    folder = root / FOLDER
    manifest = _read_manifest(folder)
    if manifest is None or (manifest["images"], manifest["seed"]) != (samples, seed):
        _make_room(root)
        staging = Path(tempfile.mkdtemp(prefix=".synthetic-", dir=root))
        try:
            _generate(staging, samples, seed)
            _open_as(root, staging)
            shutil.rmtree(folder, ignore_errors=True)
            staging.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return root


def _make_room(root: Path) -> None:
    """Make the set's folder, or see to it that the set in it may be replaced."""
    if not root.exists():
        root.mkdir(parents=True)
        _open_as(root.parent, root)
    for place in (root, root / FOLDER):
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(
                f"the generated set in {root} is not whole, and user {os.getuid()} may not "
                f"replace it, user {place.stat().st_uid} may: remove it"
            )


def _open_as(parent: Path, folder: Path) -> None:
    """Open `folder` to those whom `parent` is open to; but only its owner and group may write."""
    folder.chmod(stat.S_IMODE(parent.stat().st_mode) & 0o2775 | 0o755)


def files(root: Path) -> list[tuple[str, str]]:
    """Name and MD5 of each training file, as torchvision's CIFAR10 lists its own."""
    manifest = json.loads((root / FOLDER / MANIFEST).read_text())
    return [(name, md5) for name, md5 in manifest["files"]]


def _read_manifest(folder: Path) -> dict[str, object] | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        intact = all(_md5(folder / name) == md5 for name, md5 in manifest["files"])
        return manifest if intact else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _generate(folder: Path, samples: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    patterns = random.uniform(0, 255, (len(CLASSES), 3 * SIDE * SIDE)).astype(np.float32)
    listed = []
    for piece in range(PIECES):
        count = samples // PIECES + (piece < samples % PIECES)
        name = f"data_batch_{piece + 1}"
        (folder / name).write_bytes(_batch(random, patterns, count, name))
        listed.append([name, _md5(folder / name)])
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": CLASSES}, protocol=2))
    manifest = {"images": samples, "seed": seed, "files": listed}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))


def _batch(
    random: np.random.Generator, patterns: npt.NDArray[np.float32], count: int, name: str
) -> bytes:
    """One pickled piece: rows of 3072 bytes (red, green, blue planes of 32 × 32) and labels."""
    labels = random.integers(0, len(CLASSES), count)
    noise = random.standard_normal((count, patterns.shape[1]), dtype=np.float32) * NOISE
    pixels = np.clip(patterns[labels] + noise, 0, 255).astype(np.uint8)
    content = {"batch_label": name, "labels": labels.tolist(), "data": pixels, "filenames": []}
    return pickle.dumps(content, protocol=2)


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
