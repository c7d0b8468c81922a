"""The data sets through torchvision's own loader: its checksums, a server on loopback."""

import hashlib
import io
import pickle
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from bench.model.workload import DataRequest as Request
from bench.worker.data import prepare, synthetic

pytestmark = pytest.mark.integration


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
    return prepare.prepare(Request(data=data, root=str(tmp_path / "data"), images=20, seed=0))


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
        monkeypatch.setattr(prepare, "REACH_SECONDS", 0.5)
        assert "timed out" in ask(tmp_path, "auto").reason


def test_the_synthetic_set_goes_through_torchvisions_loader_and_checks(tmp_path):
    from bench.model.workload import DataSpec, Workload
    from bench.worker.data.loading import batches_in_memory, dataset

    spec = DataSpec(kind="synthetic", root=str(tmp_path / "set"), images=23)
    work = Workload(image_size=64, batch_size=8, loader_workers=0)
    images = dataset(spec, work)
    assert len(images) == 23
    pixels, labels = batches_in_memory(images, work, 5)[0]
    assert (tuple(pixels.shape), tuple(labels.shape)) == ((8, 3, 64, 64), (8,))
    assert -1.0 <= float(pixels.min()) < 0 < float(pixels.max()) <= 1.0
    batch = tmp_path / "set" / synthetic.FOLDER / "data_batch_2"
    right = batch.read_bytes()
    batch.write_bytes(b"damaged")
    dataset(spec, work)
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
