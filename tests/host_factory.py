"""Realistic hosts for tests: two cores without AMX, or a large machine."""

from typing import Any

from bench.model.base import Reading
from bench.model.host import (
    Allowance,
    AmxPermission,
    Cache,
    Cpu,
    Host,
    InstructionSet,
    LogicalCpu,
    NumaNode,
    Settings,
    Stack,
    Tools,
    Topology,
)

GIB = 2**30
NO_AMX = (
    "the CPU does not advertise amx_tile, amx_bf16; the kernel answered "
    "arch_prctl(ARCH_REQ_XCOMP_PERM, 18) with EOPNOTSUPP (Operation not supported)"
)
LONG_BRAND = (
    "Intel(R) Xeon(R) Platinum 8592+ Processor with Intel(R) Accelerator Engines, "
    "Engineering Sample QYFS, 64-Core @ 1.90GHz"
)


def known(value: Any) -> Reading[Any]:
    return Reading(value=value)


def unknown(reason: str) -> Reading[Any]:
    return Reading(reason=reason)


def make_host(
    brand: str = "INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz",
    amx: bool = False,
    big: bool = False,
) -> Host:
    """A VM with two cores; with `big`, two sockets of 56 cores and two threads each."""
    sockets, cores, threads = (2, 112, 224) if big else (1, 2, 2)
    cpus = [
        LogicalCpu(
            cpu=i,
            core=i % cores,
            socket=i % cores * sockets // cores,
            node=i % cores * sockets // cores,
        )
        for i in range(threads)
    ]
    memory = 512 * GIB if big else 16 * GIB
    return Host(
        id="3f9a1c0b7d2e4f61",
        name=None,
        cpu=Cpu(
            architecture="x86_64",
            vendor=known("GenuineIntel"),
            brand=known(brand),
            family=known(6),
            model=known(207),
            stepping=known(2),
            microcode=unknown("the hypervisor shows 0xffffffff")
            if not big
            else known("0x21000200"),
        ),
        instruction_sets=make_instruction_sets(amx),
        amx_permission=AmxPermission(
            granted=amx,
            answer="granted" if amx else "EOPNOTSUPP (Operation not supported)",
        ),
        topology=Topology(
            sockets=sockets,
            cores=cores,
            threads=threads,
            cpus=cpus,
            nodes=[
                NumaNode(
                    node=n,
                    cpus=[c.cpu for c in cpus if c.node == n],
                    memory_bytes=known(memory // sockets),
                    memory_available_bytes=known(memory // sockets * 3 // 4),
                )
                for n in range(sockets)
            ],
            caches=[
                Cache(level=1, kind="data", size_bytes=48 * 1024, instances=cores),
                Cache(level=2, kind="unified", size_bytes=2 * 2**20, instances=cores),
                Cache(level=3, kind="unified", size_bytes=260 * 2**20, instances=sockets),
            ],
            memory_bytes=known(memory),
            isolated=known([]),
        ),
        allowance=Allowance(
            affinity=list(range(threads)),
            cgroup_version=known(1),
            cpuset=known(list(range(threads))),
            quota_cpus=unknown("no quota set"),
            memory_limit_bytes=unknown("no limit is set"),
            memory_available_bytes=known(memory * 3 // 4),
            bindable_nodes=known(list(range(sockets)))
            if big
            else unknown("set_mempolicy(MPOL_BIND): EPERM (Operation not permitted)"),
            memory_nodes=known(list(range(sockets))),
            shm_bytes=known(64 * 2**20),
            shm_available_bytes=known(64 * 2**20),
        ),
        settings=Settings(
            governor=known("performance")
            if big
            else unknown("no cpufreq driver (/sys/devices/system/cpu/cpu0/cpufreq is missing)"),
            frequency_driver=known("intel_pstate") if big else unknown("no cpufreq driver"),
            turbo=known(True) if big else unknown("no intel_pstate"),
            smt=known(big),
            transparent_huge_pages=known("madvise"),
            numa_balancing=known(False),
            hypervisor=unknown("not virtual") if big else known("KVM"),
            container=unknown("not in a container") if big else known("docker"),
            kernel="6.1.0-28-cloud-amd64",
            operating_system=known("Debian GNU/Linux 12 (bookworm)"),
        ),
        tools=Tools(
            lscpu=known("/usr/bin/lscpu"),
            which=known("/usr/bin/which"),
            numactl=known("/usr/bin/numactl")
            if big
            else unknown("not found; install it with: apt-get install numactl (Debian, Ubuntu)"),
            taskset=known("/usr/bin/taskset"),
            tcmalloc=known("/usr/lib/x86_64-linux-gnu/libtcmalloc.so")
            if big
            else unknown("not found; install it with: apt-get install libgoogle-perftools-dev"),
            compiler=known("/usr/bin/g++"),
        ),
        stacks=[make_stack()],
    )


def make_instruction_sets(amx: bool = False) -> list[InstructionSet]:
    plain = ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"]
    sets = [InstructionSet(name=n, advertised=True, usable=True, why="executed") for n in plain]
    missing = "not advertised by the CPU"
    return sets + [
        InstructionSet(name=n, advertised=amx, usable=amx, why="executed" if amx else missing)
        for n in ("amx_tile", "amx_bf16", "amx_int8", "amx_fp16")
    ]


def make_stack(name: str = "ipex", **changes: Any) -> Stack:
    """The stack of torch 2.8 and IPEX; `changes` replaces fields."""
    facts: dict[str, Any] = {
        "python": known("/opt/bench/bin/python"),
        "packages": {
            "torch": known("2.8.0"),
            "torchvision": known("0.23.0"),
            "intel-extension-for-pytorch": known("2.8.0"),
        },
        "ipexrun": known("/opt/bench/bin/ipexrun"),
        "iomp5": known("/opt/bench/lib/libiomp5.so"),
        "headers": known("/usr/include/python3.11/Python.h"),
        "lock": known("5f" * 32),
    }
    return Stack(name=name, **(facts | changes))
