import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from bench import machine_code
from bench.host import instructions
from bench.host.amx import ask_amx
from bench.host.cpu import cpu_flags, read_cpuinfo
from bench.host.files import Files
from bench.host.instructions import NAMES, Attempt, execute, read_instruction_sets
from bench.model.host import AmxPermission

GRANTED = AmxPermission(granted=True, answer="granted")
REFUSED = AmxPermission(granted=False, answer="EOPNOTSUPP")
ALL = frozenset(NAMES)
MNEMONICS = {
    "avx2": ["vpaddd %ymm0,%ymm0,%ymm0"],
    "avx512f": ["vpaddd %zmm0,%zmm0,%zmm0"],
    "avx512_vnni": ["vpdpbusd %zmm0,%zmm0,%zmm0"],
    "avx512_bf16": ["vdpbf16ps %zmm0,%zmm0,%zmm0"],
    "avx512_fp16": ["vaddph %zmm0,%zmm0,%zmm0"],
    "amx_tile": [],
    "amx_bf16": ["tdpbf16ps %tmm2,%tmm1,%tmm0"],
    "amx_int8": ["tdpbssd %tmm2,%tmm1,%tmm0"],
    "amx_fp16": ["tdpfp16ps %tmm2,%tmm1,%tmm0"],
}

x86_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="executes x86 instructions")


class Tries:
    """Stands for the CPU: every set works, and those that were tried are on record."""

    def __init__(self):
        self.names = []

    def __call__(self, name):
        self.names.append(name)
        return Attempt(True, "executed")


def by_name(flags, machine="x86_64", permission=GRANTED, tries=None):
    sets = read_instruction_sets(flags, machine, permission, tries or Tries())
    return {found.name: found for found in sets}


def test_every_advertised_set_is_tried_in_order():
    tries = Tries()
    found = by_name(ALL, tries=tries)
    assert tuple(tries.names) == NAMES == tuple(found)
    assert all(one.advertised and one.usable for one in found.values())


def test_a_set_that_is_not_advertised_is_not_tried():
    tries = Tries()
    found = by_name(frozenset({"avx2"}), tries=tries)
    assert tries.names == ["avx2"]
    assert found["avx512f"].usable is False
    assert found["avx512f"].why == "not advertised by the CPU"


def test_amx_is_not_tried_where_the_kernel_refuses_the_state():
    tries = Tries()
    found = by_name(ALL, permission=REFUSED, tries=tries)
    assert not [name for name in tries.names if name.startswith("amx")]
    assert found["amx_bf16"].advertised
    assert found["amx_bf16"].usable is False
    assert found["amx_bf16"].why == "the kernel refused the tile state: EOPNOTSUPP"
    assert found["avx512_bf16"].usable is True


def test_what_is_not_advertised_is_not_tried():
    found = by_name(ALL - {"amx_fp16"})
    assert (found["amx_fp16"].advertised, found["amx_fp16"].usable) == (False, False)


def test_another_architecture_is_not_tried():
    tries = Tries()
    found = by_name(frozenset({"asimd"}), machine="aarch64", tries=tries)
    assert tries.names == []
    assert {one.usable for one in found.values()} == {None}
    assert found["avx2"].why == "not tried: aarch64 is not x86_64"


def test_unknown_flags_are_not_tried_and_not_absent():
    sets = by_name(None).values()
    assert {(one.advertised, one.usable) for one in sets} == {(None, None)}
    assert {one.why for one in sets} == {
        "not tried: the CPU's flags are not known, /proc/cpuinfo has none"
    }


def test_without_flags_another_architecture_still_has_none_of_them():
    assert {one.advertised for one in by_name(None, machine="aarch64").values()} == {False}


@x86_only
def test_an_instruction_the_cpu_does_not_have_dies_of_sigill(monkeypatch, capfd):
    monkeypatch.setitem(instructions._VECTOR, "avx2", bytes.fromhex("0f0b"))  # ud2
    assert execute("avx2") == Attempt(False, "SIGILL when executed")
    assert capfd.readouterr() == ("", "")


@x86_only
def test_an_instruction_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr("bench.host.child.LIMIT_SECONDS", 0.1)
    monkeypatch.setitem(instructions._VECTOR, "avx2", bytes.fromhex("ebfe"))  # jmp to itself
    assert execute("avx2") == Attempt(None, "tried, and gave no answer in time")


@x86_only
@pytest.mark.parametrize("error", [PermissionError(13, "x"), OSError(1, "x")])
def test_executable_memory_that_is_refused_leaves_it_open(monkeypatch, error):
    def refuse(*_args, **_options):
        raise error

    monkeypatch.setattr(machine_code.mmap, "mmap", refuse)
    assert execute("avx2") == Attempt(None, "not tried: the system refused executable memory")


def test_no_process_to_be_had_leaves_it_open(monkeypatch):
    def refuse():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    assert execute("avx2").usable is None


@x86_only
@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="needs Linux")
def test_what_this_cpu_advertises_it_executes():
    flags = cpu_flags(read_cpuinfo(Files()))
    found = by_name(flags, permission=ask_amx("x86_64"), tries=execute)
    for name in NAMES[:5]:
        assert found[name].usable is (name in flags), found[name].why


@x86_only
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("amx")])
def test_amx_really_tried_agrees_with_the_kernels_answer(name):
    # Without the permission the child must stop before its first tile instruction.
    if not ask_amx("x86_64").granted:
        assert execute(name) == Attempt(False, "the kernel refused the tile state")
    elif name in cpu_flags(read_cpuinfo(Files())):
        assert execute(name) == Attempt(True, "executed")


@pytest.mark.skipif(not shutil.which("objdump"), reason="needs objdump")
@pytest.mark.parametrize("name", NAMES)
def test_the_machine_code_is_what_its_name_says(name, tmp_path):
    (tmp_path / "code").write_bytes(instructions._program(name))
    text = subprocess.run(
        ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", tmp_path / "code"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [" ".join(line.split("\t")[2].split()) for line in text.splitlines() if "\t" in line]
    tiles = ["ldtilecfg (%rdi)", *(f"tilezero %tmm{n}" for n in range(3))]
    if name.startswith("amx"):
        assert lines == [*tiles, *MNEMONICS[name], "tilerelease", "ret"]
    else:
        assert lines == [*MNEMONICS[name], "vzeroupper", "ret"]


def test_the_tile_configuration_is_laid_out_as_the_cpu_reads_it():
    config = instructions._TILE_CONFIG
    assert len(config) == 64
    assert config[0] == 1
    assert [int.from_bytes(config[16 + 2 * t : 18 + 2 * t], "little") for t in range(8)] == [
        *[64] * 3,
        *[0] * 5,
    ]
    assert list(config[48:56]) == [*[16] * 3, *[0] * 5]
