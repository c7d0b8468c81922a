import mmap
import platform
from contextlib import suppress

import pytest

from bench.worker.limits import core_clock as clock
from bench.worker.limits.core_clock import ClockUnknown, agreed, clock_mhz

on_x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code for x86-64")


def test_the_additions_are_the_clock_where_the_multiplications_confirm_them() -> None:
    assert agreed(3690.0, 3380.0) == 3690.0


@pytest.mark.parametrize("latency", [2, 4, 5])
def test_a_core_with_another_latency_is_told(latency: int) -> None:
    with pytest.raises(ClockUnknown, match="disagree: 3000 and"):
        agreed(3000.0, 3000.0 * 3 / latency)


def test_the_loop_jumps_back_to_its_first_instruction() -> None:
    code = clock._loop(clock._ADD)
    end_of_jump = len(code) - len(clock._RETURN)
    distance = int.from_bytes(code[end_of_jump - 4 : end_of_jump], "little", signed=True)
    assert end_of_jump + distance == len(clock._BEGIN)


@on_x86
def test_the_clock_is_taken_after_the_load_or_refused() -> None:
    loads: list[int] = []
    with suppress(ClockUnknown):
        assert clock_mhz(lambda: loads.append(1)) > 0
    assert len(loads) == clock.LOADS


@on_x86
def test_refused_executable_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(mmap, "mmap", refuse)
    with pytest.raises(ClockUnknown, match="executable memory: Permission denied"):
        clock_mhz(lambda: None)


def test_another_architecture_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(ClockUnknown, match="not on aarch64"):
        clock_mhz(lambda: None)
