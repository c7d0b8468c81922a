"""AMX link by link, and AVX512_BF16."""

import errno

import pytest

from bench.doctor.amx import amx
from bench.doctor.avx512_bf16 import avx512_bf16
from bench.host.amx import describe
from bench.host.instructions import Attempt, read_instruction_sets
from bench.model.base import Reading
from bench.model.host import AmxPermission, Host
from tests.doctor.cases import EXECUTED, contained, make_case, settings
from tests.recorded_hosts import recorded_host

VIRTUAL = Reading(value="KVM")


def answered(number: int, offered: int | None = None) -> Host:
    """A Sapphire Rapids host whose kernel gave this error number, read as the probe reads it."""
    host = recorded_host("sapphire-rapids-2s", amx="refused")
    permission = AmxPermission(granted=False, answer=describe(number, offered))
    return host.model_copy(update={"amx_permission": permission})


@pytest.mark.parametrize("name", ["sapphire-rapids-2s", "granite-rapids", "sapphire-rapids-hbm"])
def test_amx_in_whole(name):
    found = amx(make_case(name))
    assert found.state == "ok"
    assert found.value.value == (
        "flags, kernel, permission, execution: all there; what oneDNN makes of it, a run's "
        "evidence tells"
    )


@pytest.mark.parametrize(
    "name", ["cascade-lake", "ice-lake", "amd-genoa", "amd-genoa-vm", "laptop"]
)
def test_a_cpu_without_amx_is_fine(name):
    found = amx(make_case(name))
    assert (found.state, found.value.value) == ("ok", "this CPU has no AMX")


@pytest.mark.parametrize("name", ["sapphire-rapids-vm-no-amx", "emerald-rapids-vm-no-amx"])
def test_amx_that_a_virtual_machine_hides_is_a_warning_with_its_remedy(name):
    found = amx(make_case(name))
    assert found.state == "warning"
    assert "<cpu mode='host-passthrough'/>" in found.fix
    assert found.value.value == (
        "this CPU shows no AMX: its model has it, but the virtual machine hides it"
    )


@pytest.mark.parametrize(
    ("family", "model", "state"),
    [
        *((6, 143, "warning"), (6, 207, "warning"), (6, 173, "warning"), (6, 174, "warning")),
        *((19, 1, "warning"), (6, 106, "ok"), (6, 175, "ok"), (19, 143, "ok")),
    ],
)
def test_which_models_have_amx(family, model, state):
    """Sapphire, Emerald, Granite (SP, D), Diamond Rapids; not Ice Lake, not Sierra Forest."""
    host = recorded_host("ice-lake")
    cpu = {"family": Reading(value=family), "model": Reading(value=model)}
    host = host.model_copy(update={"cpu": host.cpu.model_copy(update=cpu)})
    found = amx(make_case(host=host))
    assert found.state == state
    if state == "warning":
        assert found.value.value.endswith("but the firmware or the kernel hides it")
        assert "/proc/cmdline" in found.fix[-1]


def test_amx_that_nobody_executed_is_unknown():
    found = amx(make_case(host=recorded_host("sapphire-rapids-2s")))
    assert found.state == "unknown"
    assert found.value.reason == (
        "flags yes, kernel yes, permission yes, execution unknown: "
        "amx_tile: not tried: a recorded host"
    )


def test_one_flag_without_the_other():
    host = recorded_host("sapphire-rapids-2s", executed=EXECUTED)
    for one in host.instruction_sets:
        if one.name == "amx_bf16":
            one.advertised = False
    found = amx(make_case(host=settings(host, hypervisor=VIRTUAL)))
    assert (found.state, found.value.value) == ("warning", "flags no: amx_bf16 is hidden")
    assert "<cpu mode='host-passthrough'/>" in found.fix


def test_a_kernel_without_amx():
    found = amx(make_case(host=answered(errno.EINVAL)))
    assert found.state == "warning"
    assert found.value.value.startswith("flags yes, kernel no: EINVAL")
    assert found.value.value.endswith("this is Linux 6.1.0")
    assert found.fix[-1] == "sudo reboot"
    assert "sudo apt-get update && sudo apt-get full-upgrade" in found.fix


def test_a_kernel_that_does_not_offer_the_state_of_a_virtual_cpu():
    host = settings(answered(errno.EOPNOTSUPP, 0xE7), hypervisor=VIRTUAL)
    found = amx(make_case(host=host))
    assert found.state == "warning"
    assert found.value.value.startswith("flags yes, kernel no: EOPNOTSUPP")
    assert "not among the states the kernel offers (0xe7)" in found.value.value
    assert "<cpu mode='host-passthrough'/>" in found.fix


def test_a_kernel_that_does_not_offer_the_state_on_bare_metal():
    found = amx(make_case(host=answered(errno.EOPNOTSUPP, 0xE7)))
    assert any("/proc/cmdline" in line for line in found.fix)


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOSYS])
def test_a_filter_that_refuses_the_permission(number):
    host = answered(number)
    found = amx(make_case(host=host))
    assert found.state == "warning"
    assert found.value.value.startswith(
        f"flags yes, kernel yes, permission no: {errno.errorcode[number]}"
    )
    assert found.fix[-1] == "grep Seccomp: /proc/self/status"
    assert "--security-opt seccomp=unconfined" in amx(make_case(host=contained(host))).fix


def test_permission_that_was_not_asked_for():
    host = recorded_host("sapphire-rapids-2s")
    unasked = AmxPermission(granted=None, answer="not asked: no process can be had")
    found = amx(make_case(host=host.model_copy(update={"amx_permission": unasked})))
    assert found.state == "unknown"
    assert found.value.reason == "flags yes, kernel unknown: not asked: no process can be had"


def test_amx_that_does_not_execute():
    host = recorded_host("sapphire-rapids-2s", executed=EXECUTED | {"amx_bf16": False})
    found = amx(make_case(host=host))
    assert found.state == "warning"
    assert found.value.value == (
        "flags yes, kernel yes, permission yes, execution no: amx_bf16: SIGILL"
    )


def unreadable(machine: str) -> Host:
    """A host whose instruction sets are judged without flags, by the probe's own function."""
    permission = AmxPermission(granted=None, answer=f"not asked: {machine} is not x86_64")
    sets = read_instruction_sets(None, machine, permission, lambda _: Attempt(True, "executed"))
    host = recorded_host("sapphire-rapids-2s")
    cpu = host.cpu.model_copy(update={"architecture": machine})
    return host.model_copy(update={"instruction_sets": sets, "cpu": cpu})


@pytest.mark.parametrize("check", [amx, avx512_bf16])
def test_without_flags_nothing_is_known(check):
    found = check(make_case(host=unreadable("x86_64")))
    assert found.state == "unknown"
    assert "flags are not known" in found.value.reason


@pytest.mark.parametrize("check", [amx, avx512_bf16])
def test_another_architecture_has_neither(check):
    assert check(make_case(host=unreadable("aarch64"))).state == "ok"


@pytest.mark.parametrize(
    ("name", "value"),
    [("granite-rapids", "executed"), ("amd-genoa", "executed"), ("ice-lake", "this CPU has none")],
)
def test_bf16_there_and_not_there(name, value):
    found = avx512_bf16(make_case(name))
    assert (found.state, found.value.value) == ("ok", value)


def test_bf16_that_does_not_execute():
    host = recorded_host("sapphire-rapids-2s", executed={"avx512_bf16": False})
    found = avx512_bf16(make_case(host=host))
    assert (found.state, found.value.value) == ("warning", "advertised, but SIGILL")
    assert "/proc/cmdline" in found.fix[-1]
    guest = avx512_bf16(make_case(host=settings(host, hypervisor=VIRTUAL)))
    assert guest.fix[-1] == "<cpu mode='host-passthrough'/>"


def test_bf16_that_nobody_executed_is_unknown():
    found = avx512_bf16(make_case(host=recorded_host("sapphire-rapids-2s")))
    assert (found.state, found.value.reason) == ("unknown", "not tried: a recorded host")
