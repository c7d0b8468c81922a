"""Which lanes each recorded host gets, and the reasons for those it does not."""

import pytest

from bench.analysis.isa import within
from bench.host.stacks import STACKS
from bench.plan.catalogue.engines import ENGINES
from bench.plan.catalogue.lanes import LANES
from bench.plan.match import instruction_set, matches
from tests.host_factory import known, make_host, make_stack, unknown
from tests.recorded_hosts import recorded_host

ALL = {"fp32", "fp32-ipex", "bf16-avx512", "bf16-amx"}
NO_AMX = ALL - {"bf16-amx"}
FP32 = {"fp32", "fp32-ipex"}


COMPILED = {lane.id for lane in LANES if ENGINES[lane.engine].compiling}


def runnable(host):
    """Of the lanes that these tests know: the catalogue may have more by now."""
    return {lane for lane, reason in matches(host).items() if reason is None} & ALL


@pytest.mark.parametrize(
    ("name", "amx", "lanes"),
    [
        ("sapphire-rapids-2s", "granted", ALL),
        ("sapphire-rapids-2s", "refused", NO_AMX),
        ("sapphire-rapids-hbm", "granted", ALL),
        ("sapphire-rapids-vm-no-amx", "refused", NO_AMX),
        ("granite-rapids", "granted", ALL),
        ("granite-rapids-6515p", "granted", ALL),
        ("emerald-rapids-vm-no-amx", "refused", NO_AMX),
        ("ice-lake", "refused", FP32),
        ("cascade-lake", "refused", FP32),
        ("amd-genoa", "refused", NO_AMX),
        ("amd-genoa-vm", "refused", NO_AMX),
        ("laptop", "refused", {"fp32"}),
    ],
)
def test_lanes_of_each_host(name, amx, lanes):
    assert runnable(recorded_host(name, amx=amx)) == lanes


def test_a_refused_permission_is_the_reason_in_the_kernels_words():
    reason = matches(recorded_host("sapphire-rapids-2s", amx="refused"))["bf16-amx"]
    assert "EOPNOTSUPP (Operation not supported)" in reason
    assert "arch_prctl(ARCH_REQ_XCOMP_PERM, 18)" in reason
    assert "not advertise" not in reason


def test_a_missing_flag_is_named_beside_the_kernels_answer():
    reason = matches(recorded_host("emerald-rapids-vm-no-amx", amx="refused"))["bf16-amx"]
    assert "does not advertise amx_tile, amx_bf16" in reason
    assert "EOPNOTSUPP" in reason


def test_a_set_that_is_advertised_but_does_not_run_is_the_reason():
    broken = recorded_host("amd-genoa", amx="refused", executed={"avx512_bf16": False})
    assert "avx512_bf16 is advertised but does not run here" in matches(broken)["bf16-avx512"]


def test_flags_that_are_not_known_are_not_absent():
    reasons = matches(recorded_host("sapphire-rapids-2s", cpuinfo=False))
    for lane, sets in (("fp32-ipex", "avx512f"), ("bf16-amx", "amx_tile, amx_bf16")):
        assert f"it is not known whether the CPU has {sets}" in reasons[lane]
        assert "advertise" not in reasons[lane]
    assert reasons["fp32"] is None


def test_without_ipex_only_stock_runs_and_the_remedy_is_told():
    host = recorded_host(
        "sapphire-rapids-2s",
        amx="granted",
        missing_tools=("intel-extension-for-pytorch",),
    )
    assert runnable(host) == {"fp32"}
    assert "IPEX is not found; install it with" in matches(host)["fp32-ipex"]


@pytest.mark.parametrize("package", ["torch", "torchvision"])
def test_without_what_every_engine_requires_none_runs(package):
    host = recorded_host("sapphire-rapids-2s", amx="granted", missing_tools=(package,))
    assert runnable(host) == set()
    assert all(f"{package} is not found" in reason for reason in matches(host).values())


def test_without_an_interpreter_that_is_the_reason_and_nothing_else():
    gone = make_stack(python=unknown("not found; make it with: make setup"), packages={})
    host = make_host().model_copy(update={"stacks": [gone]})
    reason = "the interpreter of stack ipex is not found; make it with: make setup"
    assert matches(host)["fp32"] == reason


def test_a_host_that_does_not_know_the_stack_says_so():
    host = make_host().model_copy(update={"stacks": [make_stack("other")]})
    assert "this host has no stack ipex" in matches(host)["fp32"]


def test_without_a_cpp_compiler_what_compiles_can_not_run_and_all_else_can():
    host = recorded_host("sapphire-rapids-2s", amx="granted", missing_tools=("compiler",))
    reasons = matches(host)
    assert {lane for lane, reason in reasons.items() if reason is not None} == COMPILED
    assert {reasons[lane] for lane in COMPILED} == {
        "a C++ compiler is not found; install it with: a package manager"
    }


def test_a_stack_that_is_not_there_takes_its_own_lanes_with_it():
    host = recorded_host("sapphire-rapids-2s", amx="granted")
    host.stack("torch").python = unknown("not found; make it with: make stack NAME=torch")
    reasons = matches(host)
    gone = {lane for lane, reason in reasons.items() if reason is not None}
    assert gone == {lane.id for lane in LANES if lane.stack == "torch"}
    assert all("make stack NAME=torch" in reasons[lane] for lane in gone)
    assert runnable(host) == ALL


def test_a_lane_looks_for_packages_in_its_own_stack():
    bare = make_stack(packages={"torch": unknown("not found"), "torchvision": known("0.29.1")})
    host = make_host().model_copy(update={"stacks": [make_stack("other"), bare]})
    assert runnable(host) == set()


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("sapphire-rapids-2s", {"fp32": "avx512_core", "fp32-ipex": "avx512_core"}),
        ("sapphire-rapids-2s", {"bf16-avx512": "avx512_core_bf16", "bf16-amx": "amx"}),
        ("ice-lake", {"fp32": "avx512_core", "bf16-avx512": "avx512_core_bf16"}),
        ("laptop", {"fp32": "avx2"}),
    ],
)
def test_what_a_lane_is_meant_to_run_on_is_the_best_that_the_host_has(name, sets):
    host = recorded_host(name)
    assert {lane.id: instruction_set(lane, host) for lane in LANES if lane.id in sets} == sets


def test_a_set_that_does_not_run_is_not_what_a_lane_is_meant_to_run_on():
    host = recorded_host("ice-lake", executed={"avx512f": False, "avx2": True})
    assert instruction_set(LANES[0], host) == "avx2"
    host = recorded_host("ice-lake", executed={"avx512f": False, "avx2": False})
    assert instruction_set(LANES[0], host) == "sse41"


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.id)
def test_no_lane_is_meant_to_run_above_its_ceiling(lane):
    names = ["avx512_core_amx" if name == "amx" else name for _, name in lane.runs_on]
    assert all(within(name, lane.ceiling) for name in names)


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.id)
def test_every_lane_names_an_engine_and_a_stack_that_there_are(lane):
    assert lane.engine in ENGINES
    assert ENGINES[lane.engine].requires.keys() <= STACKS[lane.stack].packages.keys()
