"""The data sets through torchvision's own loader: its checksums, a server on loopback."""

import hashlib
import io
import pickle
import subprocess
import sys
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from bench.model.workload import DataReply, DataSpec, Workload
from bench.model.workload import DataRequest as Request
from bench.worker.data import cifar10, prepare, synthetic

pytestmark = pytest.mark.integration

SMALL = Workload(model="resnet18", title="ResNet-18", unit="img", image_size=64)


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A small archive in CIFAR-10's format on loopback, in the place of the real one."""
    from torchvision.datasets import CIFAR10

    files = {}
    for name in [f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]:
        pixels = np.zeros((2, 3072), dtype=np.uint8)
        files[name] = pickle.dumps({"data": pixels, "labels": [0, 1]}, protocol=2)
    files["batches.meta"] = pickle.dumps({"label_names": ["a", "b"]}, protocol=2)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    served = tmp_path / "served"
    served.mkdir()
    (served / "cifar-10-python.tar.gz").write_bytes(archive.getvalue())

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{httpd.server_port}/cifar-10-python.tar.gz"
    monkeypatch.setattr(CIFAR10, "url", address)
    monkeypatch.setattr(CIFAR10, "tgz_md5", md5(archive.getvalue()))
    listed = [[name, md5(content)] for name, content in files.items()]
    monkeypatch.setattr(CIFAR10, "train_list", listed[:5])
    monkeypatch.setattr(CIFAR10, "test_list", listed[5:6])
    monkeypatch.setattr(
        CIFAR10,
        "meta",
        {"filename": "batches.meta", "key": "label_names", "md5": listed[6][1]},
    )
    yield served
    httpd.shutdown()
    httpd.server_close()


def ask(tmp_path, data):
    return prepare.prepare(Request(data=data, root=str(tmp_path / "data"), samples=20, seed=0))


def test_cifar10_is_downloaded_once_and_found_again(server, tmp_path):
    assert ask(tmp_path, "auto").reason == "downloaded, checksums right"
    (server / "cifar-10-python.tar.gz").unlink()
    assert ask(tmp_path, "auto").reason == "found, checksums right"


def test_a_half_downloaded_archive_is_replaced(server, tmp_path):
    whole = (server / "cifar-10-python.tar.gz").read_bytes()
    root = tmp_path / "data" / "cifar10"
    root.mkdir(parents=True)
    (root / "cifar-10-python.tar.gz").write_bytes(whole[: len(whole) // 2])
    assert ask(tmp_path, "cifar10").reason == "downloaded, checksums right"
    assert (root / "cifar-10-python.tar.gz").read_bytes() == whole


def test_a_damaged_batch_is_replaced(server, tmp_path):
    ask(tmp_path, "cifar10")
    batch = tmp_path / "data/cifar10/cifar-10-batches-py/data_batch_3"
    right = batch.read_bytes()
    batch.write_bytes(right[:-1] + b"x")
    ask(tmp_path, "cifar10")
    assert batch.read_bytes() == right


def test_an_archive_that_is_not_the_one_is_refused(server, tmp_path):
    (server / "cifar-10-python.tar.gz").write_bytes(b"an error page, say")
    with pytest.raises(RuntimeError):
        ask(tmp_path, "cifar10")


def test_auto_takes_the_synthetic_set_and_says_why(server, tmp_path):
    (server / "cifar-10-python.tar.gz").unlink()
    reply = ask(tmp_path, "auto")
    assert reply.spec.kind == "synthetic"
    assert "404" in reply.reason


def test_a_server_that_does_not_answer_costs_seconds(server, tmp_path, monkeypatch):
    import socket

    from torchvision.datasets import CIFAR10

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr(CIFAR10, "url", f"http://127.0.0.1:{deaf.getsockname()[1]}/x.tar.gz")
        monkeypatch.setattr(cifar10, "REACH_SECONDS", 0.5)
        assert "timed out" in ask(tmp_path, "auto").reason


def test_the_synthetic_set_goes_through_torchvisions_loader_and_checks(tmp_path):
    from bench.worker.data.loading import batches_in_memory, dataset

    spec = DataSpec(kind="synthetic", root=str(tmp_path / "set"), samples=23)
    images = dataset(spec, SMALL)
    assert len(images) == 23
    pixels, labels = batches_in_memory(images, 8, 5)[0]
    assert (tuple(pixels.shape), tuple(labels.shape)) == ((8, 3, 64, 64), (8,))
    assert -1.0 <= float(pixels.min()) < 0 < float(pixels.max()) <= 1.0
    batch = tmp_path / "set" / synthetic.FOLDER / "data_batch_2"
    right = batch.read_bytes()
    batch.write_bytes(b"damaged")
    dataset(spec, SMALL)
    assert batch.read_bytes() == right, "a damaged set is generated anew"


def test_the_synthetic_set_can_be_read_by_every_user_of_the_data_folder(tmp_path):
    folder = synthetic.ensure(tmp_path, 20, seed=0) / synthetic.FOLDER
    assert folder.stat().st_mode & 0o777 == 0o755
    assert all(file.stat().st_mode & 0o044 == 0o044 for file in folder.iterdir())


def test_the_synthetic_set_can_be_learnt(tmp_path):
    """A nearest-mean classifier is right far more often than one time in ten."""
    synthetic.ensure(tmp_path, 2_000, seed=0)
    pieces = [
        pickle.loads((tmp_path / synthetic.FOLDER / f"data_batch_{n}").read_bytes())
        for n in range(1, 6)
    ]
    pixels = np.concatenate([p["data"] for p in pieces]).astype(float)
    labels = np.concatenate([p["labels"] for p in pieces])
    means = np.stack([pixels[:1000][labels[:1000] == c].mean(0) for c in range(10)])
    nearest = ((pixels[1000:, None, :] - means) ** 2).sum(2).argmin(1)
    assert (nearest == labels[1000:]).mean() > 0.9


@pytest.fixture
def pictures(tmp_path):
    """Three cats and four dogs, of several kinds and sizes."""
    folder = tmp_path / "my pictures"
    for name, count in (("cat", 3), ("dog", 4)):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            kind = ("L", "RGB", "RGBA")[number % 3]
            picture = Image.new(kind, (40 + number, 30), color=None if name == "cat" else 255)
            picture.save(folder / name / f"{number}.png")
    return folder


def test_a_folder_of_ones_own_is_counted(tmp_path, pictures):
    (pictures / "dog" / "notes.txt").write_text("not a picture, and not named like one")
    reply = ask(tmp_path, f"folder:{pictures}")
    spec = reply.spec
    assert (spec.kind, spec.root) == ("folder", str(pictures))
    assert (spec.samples, spec.classes) == (7, 2)


def test_its_pictures_come_in_the_workloads_size_and_mixed(tmp_path, pictures):
    from bench.worker.data.loading import batches_in_memory, dataset

    spec = ask(tmp_path, f"folder:{pictures}").spec
    samples = dataset(spec, SMALL)
    ((pixels, labels),) = batches_in_memory(samples, 7, 5)
    assert tuple(pixels.shape) == (7, 3, 64, 64)
    assert sorted(labels.tolist()) == [0, 0, 0, 1, 1, 1, 1]
    assert labels.tolist() != sorted(labels.tolist()), "else a batch would have one class"
    again = [label for _, label in dataset(spec, SMALL)]
    assert again == labels.tolist(), "the same in every process"
    darkest = [float(picture.max()) for picture in pixels]
    assert [value == -1.0 for value in darkest] == [label == 0 for label in labels]


def only_one_class(folder):
    import shutil

    shutil.rmtree(folder / "dog")


def no_classes(folder):
    for each in ("cat", "dog"):
        (folder / each).rename(folder.parent / each)


def an_empty_class(folder):
    (folder / "bird").mkdir()


def gone(folder):
    folder.rename(folder.parent / "elsewhere")


def no_picture(folder):
    (folder / "cat" / "0.png").write_text("said to be a picture")


def cut_short(folder):
    whole = (folder / "cat" / "0.png").read_bytes()
    (folder / "cat" / "0.png").write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (only_one_class, "has one class, cat"),
        (no_classes, "Couldn't find any class folder"),
        (an_empty_class, "no valid file for the classes bird"),
        (gone, "my pictures is not a folder"),
        (no_picture, "cat/0.png can't be read as a picture"),
        (cut_short, "cat/0.png can't be read as a picture"),
    ],
)
def test_a_folder_that_is_no_set_is_refused_with_the_reason(tmp_path, pictures, damage, reason):
    damage(pictures)
    request, reply = tmp_path / "request.json", tmp_path / "reply.json"
    asked = Request(data=f"folder:{pictures}", root=str(tmp_path), samples=20, seed=0)
    request.write_text(asked.model_dump_json())
    command = [sys.executable, "-m", "bench.worker.data.prepare", request, reply]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    answer = DataReply.model_validate_json(reply.read_text())
    assert answer.spec is None
    assert reason in answer.reason
    assert len(answer.reason) < 300


@pytest.mark.parametrize("data", ["folder", "folder:", "abacus"])
def test_what_is_no_set_is_refused(tmp_path, data):
    with pytest.raises((OSError, ImportError)):
        ask(tmp_path, data)
