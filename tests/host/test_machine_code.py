import ctypes
import gc
import platform

import pytest

from bench import machine_code

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="executes x86 instructions")

TWICE = bytes.fromhex("8d043f c3")  # lea eax, [rdi + rdi]; ret


def test_a_function_takes_and_gives_what_it_says():
    assert machine_code.function(TWICE, ctypes.c_int32, ctypes.c_int32)(21) == 42


def test_a_page_lives_as_long_as_its_function():
    """The first function's page is not given to the ones made after it."""
    twice = machine_code.function(TWICE, ctypes.c_int32, ctypes.c_int32)
    gc.collect()
    nothing = bytes.fromhex("31c0 c3")  # xor eax, eax; ret
    others = [machine_code.function(nothing, ctypes.c_int32) for _ in range(100)]
    assert twice(4) == 8
    assert {other() for other in others} == {0}


def test_code_may_be_longer_than_a_page():
    code = b"\x90" * 5000 + TWICE  # nop
    assert machine_code.function(code, ctypes.c_int32, ctypes.c_int32)(1) == 2


def test_a_system_that_refuses_executable_memory(monkeypatch):
    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine_code.mmap, "mmap", refuse)
    with pytest.raises(machine_code.Refused, match="refused executable memory: Permission denied"):
        machine_code.function(TWICE, ctypes.c_int32, ctypes.c_int32)
