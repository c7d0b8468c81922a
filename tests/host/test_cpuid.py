import platform
from pathlib import Path

import pytest

from bench.host import cpuid
from tests.recorded_hosts import recorded_host

x86_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="executes CPUID")


def amx_fp16(host):
    return next(i for i in host.instruction_sets if i.name == "amx_fp16")


def test_amx_fp16_comes_from_cpuid_alone():
    """No kernel lists it, not even on Granite Rapids, which has it."""
    bare = recorded_host("granite-rapids")
    told = recorded_host("granite-rapids", unlisted=("amx_fp16",))
    assert not amx_fp16(bare).advertised
    assert amx_fp16(told).advertised


def test_cpuid_is_not_asked_where_there_are_no_tiles():
    assert not amx_fp16(recorded_host("ice-lake", unlisted=("amx_fp16",))).advertised


@x86_only
def test_the_leaf_is_the_one_with_avx512_bf16(monkeypatch):
    """The same word of the same leaf has AVX512_BF16 in bit 5, which /proc/cpuinfo does list."""
    monkeypatch.setattr(cpuid, "_AMX_FP16", 1 << 5)
    listed = " avx512_bf16 " in Path("/proc/cpuinfo").read_text()
    assert (cpuid._has_amx_fp16() == 1) == listed
