"""The limits and the work of a step with the real libraries; nothing here depends on speed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.host.stacks import beside
from bench.model.record import CoreLimits, Operator
from bench.model.workload import Workload
from bench.plan.catalogue.workloads import COUNTED_AT, WORKLOADS
from tests.integration.specs import every_case, make_spec, setup_of

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
engines.load(spec.setup.engine)
limits.SIZES, limits.REPEAT_SECONDS, limits.BUSY_SECONDS = (128, 256), 0, 0
products = [way(128, DTYPES[spec.setup.precision]) for way in limits._ways()]
lines = [verbose_lines(product) for product in products]
libraries = [limits.computed_by(product) for product in products]
measured = limits.measure_limits(spec).model_dump()
print("\\n" + json.dumps({"lines": lines, "libraries": libraries, "limits": measured}))
"""
"""A lane's process without its training: small matrices, once each."""


def small(model: str, image_size: int = 32) -> Workload:
    return Workload(model=model, title=model, unit="img", image_size=image_size)


def in_lane(case: str, folder: Path) -> tuple[list[list[str]], list[str], CoreLimits]:
    """The implementations of each product by oneDNN's word, the libraries named, and the limits."""
    spec = make_spec(folder, case)
    done = subprocess.run(
        [sys.executable, "-c", IN_LANE, spec.model_dump_json()],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **spec.setup.environment},
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    lines = [[line.split(",") for line in text.splitlines()] for text in said["lines"]]
    ran = [[parts[6] for parts in each if parts[3:4] == ["exec"]] for each in lines]
    return ran, said["libraries"], CoreLimits.model_validate(said["limits"])


@every_case
def test_a_lanes_products_run_on_onednn_at_its_ceiling(case: str, tmp_path: Path) -> None:
    (plain, laid_out), libraries, limits = in_lane(case, tmp_path)
    ceiling = setup_of(case)["ceiling"].lower().replace("avx512_core_amx", "amx")
    assert laid_out
    assert all(name.endswith(f":{ceiling}") or "_amx" in name for name in laid_out)
    assert any("_amx" in name for name in laid_out) == (ceiling == "amx")
    assert libraries[1] == "oneDNN"
    assert (libraries[0] == "oneDNN") == bool(plain) == ("bf16" in case)
    assert {rate.size for rate in limits.matmul} == {128, 256}
    assert {rate.library for rate in limits.matmul} == set(libraries)
    assert all(rate.gflops > 0 for rate in limits.matmul)
    assert limits.copy_gigabytes_per_second > 0
    assert (limits.clock_mhz is None) == (limits.clock_reason is not None)


IN_ENGINE = """
import json, sys
import intel_extension_for_pytorch
from bench.model.workload import Workload
from bench.worker.limits.work import count_work

work = Workload.model_validate_json(sys.argv[1])
counts = {each: count_work(work, 10, 2, each) for each in ("fp32", "bf16")}
print("\\n" + json.dumps({k: [each.model_dump() for each in v] for k, v in counts.items()}))
"""


@pytest.mark.parametrize("model", ["resnet18", "vit_b_16"])
def test_an_engine_that_overrides_operators_does_not_change_the_count(model: str) -> None:
    """IPEX has a layer norm of its own, for one, and casts of its own."""
    from bench.worker.limits.work import count_work

    environment = setup_of("ipex-fp32")["environment"]
    done = subprocess.run(
        [sys.executable, "-c", IN_ENGINE, small(model).model_dump_json()],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    for precision in ("fp32", "bf16"):
        in_engine = [Operator.model_validate(each) for each in counts[precision]]
        assert in_engine == count_work(small(model), 10, 2, precision)


IN_STACK = """
import json, sys
from bench.model.workload import Workload
from bench.worker.limits.work import count_work

work = Workload.model_validate_json(sys.argv[1])
print("\\n" + json.dumps([each.model_dump() for each in count_work(work, 10, 2, "fp32")]))
"""


@pytest.mark.parametrize("model", ["resnet18", "vit_b_16"])
def test_another_release_of_torch_counts_the_same_products(model: str) -> None:
    from bench.worker.limits.work import count_work

    python = beside("torch").value
    if python is None:
        pytest.skip("the torch stack is not here")
    done = subprocess.run(
        [python, "-c", IN_STACK, small(model).model_dump_json()],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    theirs = [Operator.model_validate(each) for each in json.loads(done.stdout.splitlines()[-1])]
    ours = count_work(small(model), 10, 2, "fp32")
    assert [x for x in theirs if x.flop] == [x for x in ours if x.flop]


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

        def loss() -> torch.Tensor:
            return torch.nn.functional.cross_entropy(model(images), labels)

        return count_step(model, loss, optimizer, precision)


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


def attention_step(*, decomposed: bool) -> list[Operator]:
    """A step of 3 heads over 17 tokens, by the CPU's own operator or by products and softmax."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.nn.attention import SDPBackend, sdpa_kernel

    from bench.worker.limits.work import count_step

    way = SDPBackend.MATH if decomposed else SDPBackend.FLASH_ATTENTION
    with FakeTensorMode(), sdpa_kernel(way):
        model = torch.nn.MultiheadAttention(24, 3, batch_first=True)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        tokens = torch.empty(2, 17, 24)

        def loss() -> torch.Tensor:
            return model(tokens, tokens, tokens, need_weights=False)[0].sum()

        return count_step(model, loss, optimizer, "fp32")


def test_the_arithmetic_of_attention_is_that_of_its_products() -> None:
    fused, decomposed = attention_step(decomposed=False), attention_step(decomposed=True)
    (forward,) = find(fused, "aten._scaled_dot_product_flash_attention_for_cpu", "attention")
    (backward,) = find(
        fused, "aten._scaled_dot_product_flash_attention_for_cpu_backward", "attention"
    )
    product = 2 * 2 * 3 * 17 * 17 * 8
    assert (forward.flop, backward.flop) == (2 * product, 4 * product)
    assert not any(each.kind == "attention" for each in decomposed)
    assert flop(fused) == flop(decomposed)


def test_the_traffic_of_attention_is_its_operands_alone() -> None:
    (forward,) = find(
        attention_step(decomposed=False), "aten._scaled_dot_product_flash_attention_for_cpu"
    )
    tokens, rows = 2 * 17 * 24, 2 * 3 * 17
    assert forward.bytes == 4 * (3 * tokens + tokens + rows), "no matrix of 17 times 17"


def flop(operators: list[Operator]) -> int:
    return sum(each.calls * each.flop for each in operators)


@pytest.mark.parametrize(
    ("model", "per_sample"), [("resnet50", 24.5e9), ("resnet18", 10.9e9), ("vit_b_16", 105.4e9)]
)
def test_the_arithmetic_of_the_models(model: str, per_sample: float) -> None:
    """By hand, and near three times what torchvision's documentation has, in multiply-adds."""
    from bench.worker.limits.work import count_work

    work = small(model, image_size=224)
    counted = count_work(work, 10, 2, "bf16")
    layers = flop([each for each in counted if each.kind in ("convolution", "matmul")])
    assert layers == flop_of_layers(work)
    assert flop(counted) / 2 == pytest.approx(per_sample, rel=0.03)


def flop_of_layers(work: Workload) -> int:
    """By hand: every layer's output times the inputs of each element, in three products."""
    import torch

    from bench.worker import workloads

    model = workloads.load(work.model).build(work, 10).to("meta")
    products: list[int] = []

    def count(layer: torch.nn.Module, _: object, output: torch.Tensor) -> None:
        products.append(2 * output.numel() * layer.weight[0].numel())

    def count_attention(layer: torch.nn.Module, tokens: object, _: object) -> None:
        rows, width = tokens[0].numel(), layer.embed_dim
        products.append(2 * rows * 3 * width + 2 * rows * width)  # queries, keys, values; the last

    for layer in model.modules():
        if isinstance(layer, torch.nn.MultiheadAttention):
            layer.register_forward_hook(count_attention)
        elif isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            layer.register_forward_hook(count)
    model(torch.empty(2, 3, work.image_size, work.image_size, device="meta"))
    return 3 * sum(products) - products[0]  # the images need no gradient


@pytest.mark.parametrize("facts", WORKLOADS.values(), ids=WORKLOADS)
def test_the_catalogue_holds_what_is_counted(facts: object) -> None:
    from bench.worker.limits.memory import activation_bytes, parameters
    from bench.worker.limits.work import flop_per_sample

    work = small(facts.name, COUNTED_AT)
    assert facts.parameters == parameters(work, 10)
    assert facts.flop_per_sample == pytest.approx(flop_per_sample(work, 10), rel=0.01)
    for precision, kept in facts.activation_bytes.items():
        assert kept == pytest.approx(activation_bytes(work, 10, precision), rel=0.01)


def test_what_is_kept_for_the_backward_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that two layers keep counts once; weights, the images and one-off sums do not."""
    import torch

    from bench.worker import workloads
    from bench.worker.limits.memory import activation_bytes, parameters
    from bench.worker.workloads import images, resnet18

    def build(workload: Workload, classes: int) -> torch.nn.Module:
        return torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3, padding=1),  # keeps the images
            torch.nn.ReLU(inplace=True),  # keeps its output
            torch.nn.Conv2d(8, 4, 1),  # keeps its input, the same
            torch.nn.Flatten(),
            torch.nn.Linear(4 * 32 * 32, classes),  # keeps its input; cross-entropy a few numbers
        )

    assert workloads.load("resnet18") is resnet18
    assert resnet18.loss is images.loss
    monkeypatch.setattr(resnet18, "build", build)
    kept = (8 + 4) * 32 * 32
    assert parameters(small("resnet18"), 10) == 8 * 28 + 4 * 9 + 10 * 4097
    assert activation_bytes(small("resnet18"), 10, "fp32") == pytest.approx(4 * kept, rel=0.01)
    copy_of_image = 3 * 32 * 32
    assert activation_bytes(small("resnet18"), 10, "bf16") == pytest.approx(
        2 * (kept + copy_of_image), rel=0.01
    )


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
