"""The limits and the work of a step with the real libraries; nothing here depends on speed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.host.probe import probe
from bench.model.record import Limits, Operator
from bench.model.spec import LaneSpec
from bench.model.workload import Workload
from bench.plan.catalogue.lanes import LANES, Lane
from bench.plan.match import matches

pytestmark = pytest.mark.integration

IN_LANE = """
import json, sys
import torch
from bench.worker import engines
from bench.worker.limits import measure as limits
from bench.model.spec import LaneSpec
from bench.worker.train import DTYPES
from bench.worker.verbose import verbose_lines

spec = LaneSpec.model_validate_json(sys.argv[1])
engines.load(spec.engine)
limits.SIZES, limits.REPEAT_SECONDS, limits.BUSY_SECONDS = (128, 256), 0, 0
products = [way(128, DTYPES[spec.precision]) for way in limits._ways()]
lines = [verbose_lines(product) for product in products]
libraries = [limits.computed_by(product) for product in products]
measured = limits.measure_limits(spec).model_dump()
print("\\n" + json.dumps({"lines": lines, "libraries": libraries, "limits": measured}))
"""
"""A lane's process without its training: small matrices, once each."""

TINY = Workload(image_size=32, batch_size=2, loader_workers=0)


def in_lane(lane: Lane) -> tuple[list[list[str]], list[str], Limits]:
    """The implementations of each product by oneDNN's word, the libraries named, and the limits."""
    why_not = matches(probe())[lane.id]
    if why_not is not None:
        pytest.skip(f"this host can't run {lane.id}: {why_not}")
    spec = {
        "lane": lane.id,
        "engine": lane.engine,
        "precision": lane.precision,
        "memory_format": lane.memory_format,
        "workload": TINY.model_dump(),
        "data": {"kind": "synthetic", "root": ".", "images": 2},
        "effort": {
            "warmup_max_steps": 0,
            "end_to_end_turns": 0,
            "compute_turns": 1,
            "turn_seconds": 0,
            "turn_min_steps": 1,
            "turn_max_steps": 1,
        },
        "cores": sorted(os.sched_getaffinity(0)),
        "record_path": "unused",
    }
    spec_text = LaneSpec.model_validate(spec).model_dump_json()
    done = subprocess.run(
        [sys.executable, "-c", IN_LANE, spec_text],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **lane.environment()},
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    lines = [[line.split(",") for line in text.splitlines()] for text in said["lines"]]
    ran = [[parts[6] for parts in each if parts[3:4] == ["exec"]] for each in lines]
    return ran, said["libraries"], Limits.model_validate(said["limits"])


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.id)
def test_a_lanes_products_run_on_onednn_at_its_ceiling(lane: Lane) -> None:
    (plain, laid_out), libraries, limits = in_lane(lane)
    ceiling = "amx" if "AMX" in lane.onednn_isa else lane.onednn_isa.lower()
    assert laid_out
    assert all(name.endswith(f":{ceiling}") or "_amx" in name for name in laid_out)
    assert any("_amx" in name for name in laid_out) == (ceiling == "amx")
    assert libraries[1] == "oneDNN"
    assert (libraries[0] == "oneDNN") == bool(plain) == (lane.precision == "bf16")
    assert {rate.size for rate in limits.matmul} == {128, 256}
    assert {rate.library for rate in limits.matmul} == set(libraries)
    assert all(rate.gflops > 0 for rate in limits.matmul)
    assert limits.copy_gigabytes_per_second > 0
    assert (limits.clock_mhz is None) == (limits.clock_reason is not None)


def test_an_engine_that_overrides_operators_does_not_change_the_count() -> None:
    from bench.worker.limits.work import count_work

    _, _, limits = in_lane(next(lane for lane in LANES if lane.id == "bf16-avx512"))
    assert limits.operators == count_work(TINY, "bf16")


def small_step(precision: str) -> list[Operator]:
    """Batch 4 of 16² pixels: two convolutions, the second of stride 2, an average, a layer."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    from bench.worker.limits.work import count_step

    with FakeTensorMode():
        model = torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3, padding=1, bias=False),
            torch.nn.ReLU(inplace=True),
            torch.nn.Conv2d(8, 8, 1, stride=2, bias=False),
            torch.nn.AdaptiveAvgPool2d(1),
            torch.nn.Flatten(),
            torch.nn.Linear(8, 10),
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        images, labels = torch.empty(4, 3, 16, 16), torch.empty(4, dtype=torch.int64)
        return count_step(model, images, labels, optimizer, bf16=precision == "bf16")


def find(operators: list[Operator], name: str, kind: str | None = None) -> list[Operator]:
    return [each for each in operators if each.name == name and kind in (None, each.kind)]


def test_the_arithmetic_of_a_small_network() -> None:
    step = small_step("fp32")
    first, second = 2 * 4 * 16 * 16 * 8 * 3 * 9, 2 * 4 * 8 * 8 * 8 * 8
    assert [each.flop for each in find(step, "aten.convolution")] == [first, second]
    # The images need no gradient, so the first layer has one product in its backward pass.
    backward = [each.flop for each in find(step, "aten.convolution_backward")]
    assert backward == [2 * second, first]
    linear = [(each.calls, each.flop) for each in step if each.kind == "matmul"]
    assert sum(calls * flop for calls, flop in linear) == 3 * (2 * 4 * 8 * 10)
    assert sum(each.flop for each in step if each.kind not in ("convolution", "matmul")) == 0


def test_the_traffic_of_a_small_network() -> None:
    step = small_step("fp32")
    images, map_1, map_2 = 4 * 3 * 16 * 16, 4 * 8 * 16 * 16, 4 * 8 * 8 * 8
    weights_1, weights_2 = 8 * 3 * 9, 8 * 8
    convolution, other = find(step, "aten.convolution")
    assert convolution.bytes == 4 * (images + weights_1 + map_1)
    assert other.bytes == 4 * (map_1 + weights_2 + map_2)
    assert find(step, "aten.relu_")[0].bytes == 4 * 2 * map_1, "read once, written once"
    averaged = find(step, "aten.div")[0]
    assert averaged.bytes == 4 * (4 * 8 + map_2), "the gradient of an average is spread, not stored"
    parameters = weights_1 + weights_2 + 8 * 10 + 10
    moved = sum(each.calls * each.bytes for each in step if each.kind == "optimizer")
    # momentum: scaled in place, then the gradient added; then the parameter less momentum
    assert moved == 4 * parameters * (2 + 3 + 3)


def test_autocast_halves_what_convolutions_move() -> None:
    def moved(step: list[Operator]) -> int:
        return sum(each.calls * each.bytes for each in step if each.kind == "convolution")

    assert moved(small_step("bf16")) * 2 == moved(small_step("fp32")) > 0
    assert find(small_step("bf16"), "aten._to_copy")
    assert not find(small_step("fp32"), "aten._to_copy")


def test_the_arithmetic_of_resnet50() -> None:
    from bench.worker.limits.work import count_work

    work = Workload(image_size=224, batch_size=2, loader_workers=0)
    counted = sum(each.calls * each.flop for each in count_work(work, "bf16"))
    assert counted == resnet50_flop(work)
    assert counted / 2 == pytest.approx(24.5e9, rel=0.02)


def resnet50_flop(work: Workload) -> int:
    """By hand: every layer's output times the inputs of each element, in three products."""
    import torch
    import torchvision

    model = torchvision.models.resnet50(num_classes=work.classes).to("meta")
    products: list[int] = []

    def count(layer: torch.nn.Module, _: object, output: torch.Tensor) -> None:
        products.append(2 * output.numel() * layer.weight[0].numel())

    for layer in model.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            layer.register_forward_hook(count)
    model(torch.empty(work.batch_size, 3, work.image_size, work.image_size, device="meta"))
    return 3 * sum(products) - products[0]  # the images need no gradient


def test_an_array_to_copy_is_too_large_for_the_caches_where_memory_allows() -> None:
    from bench.worker.limits.measure import array_bytes

    assert array_bytes(32 << 20, memory=10**9) == 128 << 20
    assert array_bytes(1 << 20, memory=10**9) == 64 << 20
    assert array_bytes(504 << 20, memory=10**9) == 500_000_000
    assert array_bytes(None, memory=10**9) == 500_000_000


def test_caches_that_cores_share_count_once(tmp_path: Path) -> None:
    from bench.worker.limits.measure import last_level_cache_bytes

    for cpu, shared in ((0, "0-1"), (1, "0-1"), (2, "2-3")):
        for index, (level, size) in enumerate([(1, "32K"), (1, "32K"), (2, "1M"), (3, "32768K")]):
            folder = tmp_path / f"cpu{cpu}" / "cache" / f"index{index}"
            folder.mkdir(parents=True)
            for name, text in (("level", level), ("size", size), ("shared_cpu_list", shared)):
                (folder / name).write_text(f"{text}\n")
    assert last_level_cache_bytes([0, 1], tmp_path) == 32 << 20
    assert last_level_cache_bytes([0, 2], tmp_path) == 64 << 20
    assert last_level_cache_bytes([3], tmp_path) is None
