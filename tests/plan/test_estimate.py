"""Estimates: made of engine, model, batch and image, each of which must count."""

import pytest

from bench.model.protocol import Effort
from bench.plan import estimate
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.workloads import WORKLOADS
from bench.text import GIB, MIB
from tests.lanes import PLACEMENT, make_lane, make_workload

EFFORT = Effort(
    warmup_max_steps=4,
    end_to_end_turns=1,
    compute_turns=2,
    turn_seconds=0,
    turn_min_steps=3,
    turn_max_steps=9,
)


def setup(lane="fp32", **changes):
    return make_lane(lane, **changes).setup


def memory(lane="fp32", *, model="resnet50", image_size=224, **changes):
    work = make_workload(model=model, image_size=image_size)
    return estimate.memory_bytes(setup(lane, **changes), work)


def test_counting_comes_to_what_was_measured():
    """ResNet-50, torch 2.8: a process of 900 MiB, 86 a sample of 224 pixels, batches in flight."""
    batches = (4 + 2 * 4) * 128 * 3 * 224**2 * 4
    measured = (30 + 900 + 86 * 128) * MIB + batches
    assert memory(batch_size=128, loader_workers=4) == pytest.approx(measured, rel=0.06)


def test_a_sample_of_the_batch_takes_its_activations():
    def sample(lane):
        # Between these the batches in flight differ by 4 × 8 images.
        batches = 4 * 8 * 3 * 224**2 * 4
        more = memory(lane, batch_size=24, loader_workers=0)
        return (more - memory(lane, batch_size=16, loader_workers=0) - batches) / 8

    assert sample("fp32") == pytest.approx(90 * MIB, rel=0.05)
    assert sample("bf16-avx512") == pytest.approx(46 * MIB, rel=0.05)


@pytest.mark.parametrize(("size", "batch"), [(224, 128), (32, 8)])
def test_a_loader_process_holds_two_batches_of_floats(size, batch):
    def needed(loaders):
        return memory(image_size=size, batch_size=batch, loader_workers=loaders)

    assert needed(3) - needed(0) == pytest.approx(3 * 2 * (batch * 3 * size * size * 4), abs=2)


def test_the_main_process_holds_four_batches():
    """All that depends on the batch is activations, and these."""
    work = make_workload()
    activations = estimate.WORKING_SHARE * WORKLOADS["resnet50"].activation_bytes["fp32"]

    def needed(batch):
        return memory(batch_size=batch, loader_workers=0)

    rest = needed(64) - needed(32) - 32 * activations
    assert rest == pytest.approx(4 * estimate.batch_bytes(32, work), rel=1e-6)
    assert estimate.batch_bytes(32, work) == 32 * 3 * 224 * 224 * 4


@pytest.mark.parametrize("model", WORKLOADS)
def test_a_models_parameters_have_gradients_and_momentum(model):
    """What is left of a tiny batch of tiny images: weights three times over, and in BF16 copies."""
    small = {"model": model, "image_size": 32, "batch_size": 2, "loader_workers": 0}
    parameters, base = WORKLOADS[model].parameters, ENGINES["stock"].libraries_bytes
    left = memory("fp32", **small) - base - estimate.LAUNCHER_BYTES
    assert 12 * parameters < left < 12 * parameters + 16 * MIB
    bf16 = memory("bf16-avx512", **small) - ENGINES["ipex"].libraries_bytes
    assert 16 * parameters < bf16 - estimate.LAUNCHER_BYTES < 16 * parameters + 16 * MIB


def test_memory_grows_with_the_images_area():
    """Twice the side takes four times of all that two batches differ by."""

    def batch(size):
        few, many = (memory(image_size=size, batch_size=each) for each in (8, 16))
        return many - few

    assert batch(448) == pytest.approx(4 * batch(224), rel=1e-6)


def test_the_largest_batch_fits_and_twice_of_it_does_not():
    lane = make_lane()
    fits = estimate.largest_batch(lane.setup, lane.workload, 8 * GIB)
    assert memory(batch_size=fits) <= 8 * GIB < memory(batch_size=2 * fits)
    assert estimate.largest_batch(lane.setup, lane.workload, GIB // 2) == 0


def seconds(cores=(0, 1), *, model="resnet50", image_size=224, batch_size=16, effort=EFFORT):
    placed = setup(placement=PLACEMENT.model_copy(update={"cores": list(cores)}))
    batched = placed.model_copy(update={"batch_size": batch_size})
    work = make_workload(model=model, image_size=image_size)
    return estimate.process_seconds(batched, work, effort, samples=1000)


def test_a_process_takes_its_steps():
    """24.3 GFLOP × 16 on two cores of 60 GFLOP/s: 3.2 s a step; 4 + (1 + 2) × 3 + 2 of them."""
    assert seconds() == pytest.approx(15 * 24.29 * 16 / 120, rel=1e-3)


def test_time_goes_with_work_and_against_cores():
    assert seconds(cores=(0, 1, 2, 3)) == pytest.approx(seconds() / 2)
    assert seconds(batch_size=32) == pytest.approx(2 * seconds())
    assert seconds(image_size=112) == pytest.approx(seconds() / 4)
    flop = {model: facts.flop_per_sample for model, facts in WORKLOADS.items()}
    expected = seconds() * flop["vit_b_16"] / flop["resnet50"]
    assert seconds(model="vit_b_16") == pytest.approx(expected)


def test_whole_epochs_take_every_sample():
    epoch = EFFORT.model_copy(update={"whole_epochs": 1})
    steps = 1000 / 16
    assert seconds(effort=epoch) / seconds() == pytest.approx((15 + steps) / 15)


def compiling(cores=(0, 1), *, cold=True, lane="fp32-compile"):
    placed = setup(lane, placement=PLACEMENT.model_copy(update={"cores": list(cores)}))
    return estimate.compile_seconds(placed, cold=cold)


def test_compiling_takes_one_core_as_long_and_its_compilers_less_with_more():
    facts = ENGINES["compile"].compiling
    assert compiling((0,)) == facts.cpu_seconds + facts.compiler_cpu_seconds
    assert compiling(range(32)) - facts.cpu_seconds == facts.compiler_cpu_seconds / 32
    assert compiling(cold=False) == facts.warm_cpu_seconds < compiling(range(32)) / 2
    assert compiling(lane="fp32") == compiling(lane="fp32", cold=False) == 0


def test_compilers_take_memory_before_the_model_trains():
    small = {"image_size": 32, "batch_size": 2, "loader_workers": 0}
    many = PLACEMENT.model_copy(update={"cores": list(range(64))})
    compilers = ENGINES["compile"].compiling.compiler_bytes
    more = memory("fp32-compile", placement=many, **small) - memory("fp32-compile", **small)
    assert more == pytest.approx(62 * compilers, abs=2)
    large = {"batch_size": 128}
    assert memory("fp32-compile", **large) - memory("fp32-torch", **large) == (
        ENGINES["compile"].libraries_bytes - ENGINES["stock"].libraries_bytes
    )


def test_starts_share_the_cores():
    one, four = [setup()], [setup() for _ in range(4)]
    assert estimate.start_seconds(one) == estimate.START_SECONDS
    assert estimate.start_seconds(four) == pytest.approx(4 * 7 / 2)
