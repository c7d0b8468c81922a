"""What the document of a host says."""

import json
import re
from dataclasses import replace

from bench.model.host import Host
from bench.plan.cores import LaneCores
from bench.report.document.host import host_document, host_json
from tests.host_factory import LONG_BRAND, NO_AMX, known, make_host, make_stack, unknown
from tests.report.test_views import shown

LANES = {"fp32": None, "bf16-amx": NO_AMX}
CORES = LaneCores([0, 1], 0, "both cores", ["CPU 2: offline"])


def text_of(host: Host) -> str:
    return shown(host_document(host, CORES, LANES), 120)


def words(host: Host) -> str:
    return " ".join(text_of(host).split())


def test_what_is_usable_and_why() -> None:
    lines = [" ".join(line.split()) for line in text_of(make_host()).splitlines()]
    assert "avx512_bf16 yes yes executed" in lines
    assert "amx_tile no no not advertised by the CPU" in lines
    text = words(make_host())
    assert "refused: EOPNOTSUPP (Operation not supported)" in text
    assert "2 cores, CPUs 0-1, on node 0: both cores" in text
    assert "missing numactl: not found; install it with: apt-get install numactl" in text
    assert f"bf16-amx no {NO_AMX}" in text


def test_of_a_stack_that_is_not_here_one_reason_stands_for_all() -> None:
    host = make_host()
    gone = unknown("not found; install it with: make stack NAME=next")
    packages = {"torch": gone, "torchvision": gone}
    absent = {"packages": packages} | dict.fromkeys(
        ("python", "ipexrun", "iomp5", "headers", "lock"), gone
    )
    host.stacks.append(make_stack("next", **absent))
    text = words(host)
    assert (
        "Stack next interpreter – (not found; install it with: make stack NAME=next) Lanes" in text
    )
    absent["packages"] = {"torch": known("2.15.0"), "torchvision": gone}
    host.stacks[-1] = make_stack("next", **absent)
    assert "make stack NAME=next) packages torch 2.15.0 torchvision – (not found" in words(host)


def test_every_stack_has_a_section_with_what_is_missing() -> None:
    host = make_host()
    host.stacks.append(make_stack("torch", packages={"torch": unknown("not installed")}))
    text = words(host)
    assert "Stack ipex interpreter /opt/bench/bin/python packages torch 2.8.0 torchvision" in text
    assert "Stack torch interpreter /opt/bench/bin/python packages torch – (not installed)" in text


def test_an_instruction_set_nobody_tried_says_so() -> None:
    host = make_host()
    host.instruction_sets[0].usable = None
    assert re.search(r"avx2 +yes +not tried", text_of(host))


def test_a_big_hosts_cpus_are_ranges() -> None:
    text = words(make_host(LONG_BRAND, amx=True, big=True))
    assert "node 1: CPUs 56-111,168-223, memory 256 GiB" in text
    assert "Tools here lscpu" in text
    assert "AMX permission, arch_prctl(ARCH_REQ_XCOMP_PERM, 18): granted" in text


def test_a_cpuset_that_differs_from_the_affinity_is_shown() -> None:
    host = make_host(big=True)
    host.allowance.affinity = [0, 1]
    assert "0-1 (2) by affinity; cpuset 0-223" in words(host)
    host.allowance.cpuset = unknown("no cpuset at any level")
    assert "cpuset – (no cpuset at any level)" in words(host)


def test_what_a_lane_leaves_out_is_told_with_the_reason() -> None:
    assert "left out CPU 2: offline" in words(make_host())


def test_what_there_is_nothing_of_has_no_row() -> None:
    host = make_host()
    tools = {name: known(f"/usr/bin/{name}") for name in type(host.tools).model_fields}
    host.tools = host.tools.model_copy(update=tools)
    cores = replace(CORES, left_out=[])
    text = " ".join(shown(host_document(host, cores, {})).split())
    assert "left out" not in text
    assert f"{list(tools)[-1]} Stack" in text, "none is missing"


def test_kinds_of_cores_and_what_is_off_or_isolated_are_shown() -> None:
    host = make_host()
    host.topology.isolated, host.topology.offline = known([1]), known([2, 3])
    host.topology.cpus[0].kind, host.topology.cpus[1].kind = "performance", "efficiency"
    host.topology.cpus[1].node = None
    text = words(host)
    for said in (
        *("performance cores: CPUs 0", "efficiency cores: CPUs 1"),
        *("isolated: CPUs 1", "offline: CPUs 2-3", "in no node: CPUs 1"),
    ):
        assert said in text


def test_memory_and_what_is_free_of_it() -> None:
    host = make_host(big=True)
    host.topology.nodes[0].memory_available_bytes = known(2 * 2**30)
    host.allowance.memory_high_bytes = known(2**30)
    host.allowance.shm_available_bytes = known(8 * 2**20)
    text = words(host)
    assert "memory 256 GiB, 2 GiB of it available" in text
    assert "slowed down above 1 GiB (memory.high)" in text
    assert "/dev/shm 64 MiB, 8 MiB free" in text


def test_flags_that_are_not_known_say_so() -> None:
    host = make_host()
    host.instruction_sets[0].advertised = host.instruction_sets[0].usable = None
    assert re.search(r"avx2 +not known +not tried", text_of(host))


def test_json_has_all_of_it() -> None:
    facts = json.loads(host_json(make_host(), CORES, LANES))
    assert facts["host"] == make_host().model_dump()
    assert facts["lane_cores"] == {
        "cpus": [0, 1],
        "node": 0,
        "reason": "both cores",
        "left_out": ["CPU 2: offline"],
    }
    assert facts["lanes"][1] == {"id": "bf16-amx", "runs": False, "reason": NO_AMX}
