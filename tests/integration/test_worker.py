"""The real worker by hand: given only its spec file, and ended in the middle."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from math import prod
from pathlib import Path

import pytest

from bench.analysis.evidence import kernels
from bench.model.record import RankRecord
from bench.worker.steady import steady
from tests.integration.specs import every_case, make_spec, setup_of

pytestmark = pytest.mark.integration


def written(folder, case="stock-fp32", **changes):
    """The path of a tiny lane's spec."""
    path = folder / "spec.json"
    path.write_text(make_spec(folder, case, **changes).model_dump_json())
    return path


def run(spec, **more):
    command = [sys.executable, "-m", "bench.worker", str(spec)]
    return subprocess.run(command, capture_output=True, text=True, **more)


def record(folder):
    return RankRecord.model_validate_json((folder / "record.json").read_text())


@every_case
def test_a_tiny_lane_by_hand_with_nothing_but_its_spec(case, tmp_path):
    done = run(written(tmp_path, case, rank=1))
    assert done.returncode == 0, done.stderr
    left = record(tmp_path)
    assert (left.outcome, left.rank) == ("completed", 1)
    assert (len(left.compute.timed), len(left.end_to_end.timed)) == (2, 2)
    assert left.losses == [left.end_to_end.loss_first, left.end_to_end.loss_last]
    assert left.compilation is None
    assert left.compute.samples == 2 * 2
    seen, setup = left.observed, setup_of(case)
    assert (seen.torch_threads, seen.flush_denormal) == (1, True)
    assert seen.environment.items() >= setup["environment"].items(), "it set its own ceiling"
    assert seen.ipex_mapped == (seen.ipex_isa is not None) == (setup["engine"] == "ipex")
    said = seen.onednn_isa
    assert ("bfloat16" in said, "AMX" in said) == ("bf16" in case, "amx" in case)
    assert ("AVX2" in said) == (setup["ceiling"] == "AVX2")
    assert '"stage":"compute"' in done.stdout
    assert '"stage":"waiting"' not in done.stdout, "nobody gives it turns"


@pytest.mark.parametrize("model", ["resnet50", "vit_b_16"])
@pytest.mark.parametrize("case", ["stock-fp32", "ipex-fp32"])
def test_every_model_trains(case, model, tmp_path):
    done = run(written(tmp_path, case, workload={"model": model}))
    assert done.returncode == 0, done.stderr
    assert record(tmp_path).compute.loss_first > 0
    evidence = kernels((tmp_path / "evidence.txt").read_text())
    worked = [kernel for kernel in evidence if kernel.primitive in ("convolution", "matmul")]
    assert {each.primitive for each in worked} == {"convolution", "matmul"}
    assert all(kernel.data_types == ["f32"] for kernel in worked)


def test_the_products_of_a_transformer_are_in_the_evidence(tmp_path):
    """As many operations as are counted: MKL computes them, and oneDNN knows nothing of them."""
    from bench.worker.limits.work import count_work

    spec = make_spec(tmp_path, workload={"model": "vit_b_16"})
    assert run(written(tmp_path, workload={"model": "vit_b_16"})).returncode == 0
    lines = (tmp_path / "evidence.txt").read_text()
    products = re.findall(r"MKL_VERBOSE SGEMM\(\w,\w,(\d+),(\d+),(\d+),.* calls:(\d+)\n", lines)
    if not products:
        pytest.skip("this build of torch is without MKL")
    counted = {"matmul": 0, "attention": 0}
    for each in count_work(spec.workload, 10, spec.setup.batch_size, "fp32"):
        if each.kind in counted:
            counted[each.kind] += each.calls * each.flop
    ran = sum(2 * prod(map(int, product)) for product in products)
    # Attention computes one of its six products again in the backward pass.
    assert ran == pytest.approx(counted["matmul"] + counted["attention"] * 7 / 6, rel=0.001)


PLUGIN = """
import sys
from bench.worker import engines, protocols, workloads
for axis in (engines, protocols, workloads):
    axis.__path__.append(sys.argv[2] + "/" + axis.__name__.rpartition(".")[2])
from bench.worker.__main__ import main
main([sys.argv[1]])
"""


def test_an_engine_a_workload_and_a_protocol_are_one_file_each(tmp_path):
    """Files that the kit does not know, named in the spec."""
    files = {
        "engines/abacus.py": "from bench.worker.engines.stock import compiler, prepare\n"
        "def instruction_set():\n    return 'beads'\n",
        "workloads/tiny.py": "import torch\n"
        "from bench.worker.workloads.images import batch, loss\n"
        "def build(workload, classes):\n"
        "    layers = torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten()\n"
        "    return torch.nn.Sequential(*layers, torch.nn.Linear(3600, classes))\n",
        "protocols/twice.py": "from bench.worker.protocols import throughput\n"
        "def measure(spec, record, transport):\n"
        "    for _ in range(2):\n"
        "        throughput.measure(spec, record, transport)\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    spec = written(
        tmp_path, setup={"engine": "abacus"}, workload={"model": "tiny"}, protocol="twice",
        measure_limits=True,
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", PLUGIN, spec, tmp_path],
        capture_output=True,
        text=True,
        env={**os.environ, **setup_of("stock-fp32")["environment"]},
    )
    assert done.returncode == 0, done.stderr
    left = record(tmp_path)
    assert left.observed.ipex_isa == "beads"
    assert len(left.compute.timed) == 2 * 2
    assert {each.name for each in left.limits.operators} >= {"aten.convolution", "aten.addmm"}


def test_whole_epochs_are_timed_as_intels_sample_does(tmp_path):
    spec = written(tmp_path, setup={"batch_size": 4}, effort={"whole_epochs": 2})
    assert run(spec).returncode == 0
    left = record(tmp_path)
    assert len(left.epoch_seconds) == 2
    assert len(left.end_to_end.timed) == 2 * 3, "the last batch of an epoch is a small one"
    assert len(left.losses) == 2 * 3
    assert left.end_to_end.samples == 2 * 10
    stepping = sum(left.end_to_end.timed.totals()) / 1e9
    assert sum(left.epoch_seconds) == pytest.approx(stepping, rel=0.2)


def test_a_batch_larger_than_the_set_is_told(tmp_path):
    assert run(written(tmp_path, setup={"batch_size": 64})).returncode == 1
    failure = record(tmp_path).failure
    assert failure.message == "a batch of 64 is larger than the set of 10"


@pytest.mark.parametrize("loaders", [0, 1])
def test_a_picture_that_is_none_is_told_with_its_path(loaders, tmp_path):
    """One that no check saw beforehand, met by the worker itself or by a loader's process."""
    import torch
    from PIL import Image

    pictures = tmp_path / "pictures"
    for name in ("cat", "dog"):
        (pictures / name).mkdir(parents=True)
        for number in range(4):
            Image.new("RGB", (32, 32)).save(pictures / name / f"{number}.png")
    files = sorted(pictures.glob("*/*.png"))
    order = torch.randperm(len(files), generator=torch.Generator().manual_seed(0))
    broken = files[order[5]]  # two batches of two are read beforehand
    broken.write_text("said to be a picture")
    data = {"kind": "folder", "root": str(pictures), "samples": 8, "classes": 2}
    effort = {"turn_min_steps": 3, "turn_max_steps": 3}
    spec = written(tmp_path, data=data, setup={"loader_workers": loaders}, effort=effort)
    assert run(spec).returncode == 1
    left = record(tmp_path)
    assert left.failure.kind == "RuntimeError"
    assert f"{broken} can't be read as a picture" in left.failure.message[: len(str(broken)) + 100]
    assert "Traceback" not in left.failure.message
    assert len(left.end_to_end.timed) == 2, "the steps before it are kept"


def test_memory_that_cannot_be_had_is_told(tmp_path):
    """The allocator's own refusal of a batch of 3 GiB, under a real limit of the address space."""
    spec = written(
        tmp_path,
        setup={"batch_size": 256},
        workload={"image_size": 1024},
        data={"samples": 256},
    )
    command = f"ulimit -v 10000000; exec {sys.executable} -m bench.worker {spec}"
    subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    left = record(tmp_path)
    assert left.outcome == "failed"
    assert "memory" in left.failure.message.lower() or left.failure.kind == "MemoryError"


@pytest.mark.parametrize(
    "changes",
    [
        {"setup": {"engine": "abacus"}},
        {"workload": {"model": "abacus"}},
        {"data": {"kind": "abacus"}},
        {"protocol": "abacus"},
    ],
)
def test_what_it_does_not_know_is_told(changes, tmp_path):
    assert run(written(tmp_path, **changes)).returncode == 1
    assert "abacus" in record(tmp_path).failure.message


@pytest.mark.parametrize("text", ["", "{}", '{"lane": 1}', "[" * 100_000])
def test_a_spec_that_is_none_is_one_line_and_exit_code_2(text, tmp_path):
    (tmp_path / "spec.json").write_text(text)
    done = run(tmp_path / "spec.json")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


ENDLESS = {"end_to_end_turns": 0, "turn_max_steps": 10**6, "turn_seconds": 600}


@contextmanager
def guarded_worker(spec):
    """A worker with this process as its controller."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.worker", str(spec)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **setup_of("stock-fp32")["environment"]},
    ) as worker:
        yield worker


def heard(worker, stage):
    """Read its output on, up to its next word of this stage; False at its end."""
    return any(f'"stage":"{stage}"' in line for line in worker.stdout)


def go(worker):
    worker.stdin.write("go\n")
    worker.stdin.flush()


@contextmanager
def long_worker(tmp_path):
    """A guarded worker in the first steps of a turn that would last ten minutes."""
    with guarded_worker(written(tmp_path, effort=ENDLESS, guarded=True)) as worker:
        for _ in ("to compile, for who does", "to compute"):
            assert heard(worker, "waiting")
            go(worker)
        assert heard(worker, "compute")
        yield worker


def test_sigterm_saves_the_steps_so_far(tmp_path):
    with long_worker(tmp_path) as worker:
        time.sleep(0.5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 1
    left = record(tmp_path)
    assert left.outcome == "interrupted"
    assert len(left.compute.timed) >= 1


def test_a_guarded_worker_ends_with_its_controller(tmp_path):
    with long_worker(tmp_path) as worker:
        worker.stdin.close()
        worker.wait(20)
    assert record(tmp_path).outcome == "interrupted"


def test_a_guarded_worker_refuses_another_environment(tmp_path):
    """Started by a launcher that lost the ceiling, it would measure another lane."""
    spec = written(tmp_path, guarded=True)
    command = [sys.executable, "-m", "bench.worker", str(spec)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as worker:
        assert worker.wait(30) == 1
    assert "ONEDNN_MAX_CPU_ISA" in record(tmp_path).failure.message
    assert not Path(tmp_path / "evidence.txt").exists()


def test_a_guarded_worker_works_only_in_its_turns(tmp_path):
    with guarded_worker(written(tmp_path, guarded=True)) as worker:
        began = []
        while heard(worker, "waiting"):
            time.sleep(0.3)
            began.append(time.monotonic())
            go(worker)
        assert worker.wait(20) == 0
    left = record(tmp_path)
    assert len(began) == 4, "one to compile, end to end, compute and the evidence"
    turns = [*left.end_to_end.turns, *left.compute.turns]
    for begin, turn in zip(began[1:], turns, strict=False):
        assert 0 <= turn.at - begin < 0.2
        assert turn.steps == 2


def test_a_warm_up_ends_when_steps_are_steady_or_at_its_cap(tmp_path):
    run(written(tmp_path, effort={"warmup_max_steps": 200}))
    left = record(tmp_path)
    taken = left.warmup.steps.totals()
    assert left.warmup.steady is (len(taken) < 200 or steady(taken))
    assert not any(steady(taken[:n]) for n in range(len(taken))), "it went on too long"
