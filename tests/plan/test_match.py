"""Which lanes each recorded host gets, and the reasons for those it does not."""

import pytest

from bench.plan.match import matches
from tests.recorded_hosts import recorded_host

ALL = {"fp32", "fp32-ipex", "bf16-avx512", "bf16-amx"}
NO_AMX = ALL - {"bf16-amx"}
FP32 = {"fp32", "fp32-ipex"}


def runnable(host):
    return {lane for lane, reason in matches(host).items() if reason is None}


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


def test_without_ipex_only_stock_runs_and_the_remedy_is_told():
    host = recorded_host(
        "sapphire-rapids-2s",
        amx="granted",
        missing_tools=("intel_extension_for_pytorch",),
    )
    assert runnable(host) == {"fp32"}
    assert "IPEX is not found" in matches(host)["fp32-ipex"]
