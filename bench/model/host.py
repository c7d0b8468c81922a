"""What a host is: everything the probe found, as it goes into the artifact."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact, Reading


class Cpu(Fact):
    """The processor model, from `/proc/cpuinfo`."""

    architecture: str
    vendor: Reading[str]
    brand: Reading[str]
    family: Reading[int]
    model: Reading[int]
    stepping: Reading[int]
    microcode: Reading[str]


class InstructionSet(Fact):
    """One instruction set: what the CPU advertises, and whether this process can execute it.

    `advertised` is None where the CPU's flags are not known, `usable` where it could not be tried
    (a recorded host, another architecture).
    """

    name: str
    advertised: bool | None
    usable: bool | None
    why: str


class AmxPermission(Fact):
    """The kernel's answer to the request for AMX tile state, asked for real."""

    request: str = "arch_prctl(ARCH_REQ_XCOMP_PERM, 18)"
    granted: bool | None
    answer: str


CoreKind = Literal["performance", "efficiency"]


class LogicalCpu(Fact):
    """One logical CPU by the kernel's number. `core` is unique over the whole host."""

    cpu: int
    core: int
    socket: int
    node: int | None = Field(description="null: the kernel puts it in no node")
    kind: CoreKind | None = Field(default=None, description="null: the host has one kind of core")


class NumaNode(Fact):
    """One NUMA node and its online CPUs: [] for memory without processors (HBM, CXL)."""

    node: int
    cpus: list[int]
    memory_bytes: Reading[int]
    memory_available_bytes: Reading[int] = Field(
        default_factory=lambda: Reading[int](reason="not looked at"),
        description="free, plus what the kernel can reclaim",
    )


class Cache(Fact):
    """One kind of cache: `size_bytes` of one instance, and how many instances the host has."""

    level: int
    kind: str
    size_bytes: int
    instances: int


class Topology(Fact):
    """The whole host's online CPUs, whatever this process may use of them."""

    sockets: int
    cores: int
    threads: int
    cpus: list[LogicalCpu]
    nodes: list[NumaNode]
    caches: list[Cache]
    memory_bytes: Reading[int]
    isolated: Reading[list[int]] = Field(
        default_factory=lambda: Reading[list[int]](reason="not looked at"),
        description="CPUs that the scheduler does not balance, e.g. by isolcpus",
    )
    offline: Reading[list[int]] = Field(
        default_factory=lambda: Reading[list[int]](reason="not looked at"),
        description="CPUs that are present and switched off",
    )


class Allowance(Fact):
    """What this process may use of the host: affinity, cpuset, quota, memory."""

    affinity: list[int]
    cgroup_version: Reading[int]
    cpuset: Reading[list[int]]
    quota_cpus: Reading[float]
    memory_limit_bytes: Reading[int]
    memory_high_bytes: Reading[int] = Field(
        default_factory=lambda: Reading[int](reason="not looked at"),
        description="above it the kernel slows the process down and reclaims: cgroup's memory.high",
    )
    memory_available_bytes: Reading[int] = Field(
        description="the least that the host and its cgroups leave, page cache not counted as used"
    )
    memory_nodes: Reading[list[int]] = Field(
        default_factory=lambda: Reading[list[int]](reason="not looked at"),
        description="NUMA nodes it may have memory from: Mems_allowed_list",
    )
    bindable_nodes: Reading[list[int]] = Field(
        default_factory=lambda: Reading[list[int]](reason="not looked at"),
        description="NUMA nodes that memory could be bound to when it was tried; where the kernel "
        "refused each of them, null with the error it gave, by its name (EPERM, ENOSYS)",
    )
    shm_bytes: Reading[int] = Field(description="size of /dev/shm")
    shm_available_bytes: Reading[int] = Field(
        default_factory=lambda: Reading[int](reason="not looked at"),
        description="free in /dev/shm, where a file could be written there",
    )


class Settings(Fact):
    """System settings that move the numbers."""

    governor: Reading[str]
    frequency_driver: Reading[str]
    turbo: Reading[bool]
    smt: Reading[bool]
    transparent_huge_pages: Reading[str]
    numa_balancing: Reading[bool]
    hypervisor: Reading[str]
    container: Reading[str]
    kernel: str
    operating_system: Reading[str]


class Tools(Fact):
    """Programs and libraries of the system that a lane wants: the path, or what to install."""

    lscpu: Reading[str] = Field(
        description="there only if it tells the IPEX launcher what the kernel tells the kit"
    )
    which: Reading[str] = Field(
        default_factory=lambda: Reading[str](reason="not looked at"),
        description="the IPEX launcher looks for numactl and taskset with it",
    )
    numactl: Reading[str]
    taskset: Reading[str]
    tcmalloc: Reading[str]
    compiler: Reading[str] = Field(
        default_factory=lambda: Reading[str](reason="not looked at"),
        description="a C++ compiler, which torch.compile needs",
    )


class Stack(Fact):
    """An environment that trains: an interpreter with its packages, libraries and lock.

    What is missing has the reason, with what to install.
    """

    name: str
    python: Reading[str] = Field(description="the interpreter's path")
    packages: dict[str, Reading[str]] = Field(
        description="releases of the packages that it is there for, by their names in the registry"
    )
    ipexrun: Reading[str] = Field(description="the IPEX launcher's path")
    iomp5: Reading[str] = Field(description="the path of Intel's OpenMP runtime")
    headers: Reading[str] = Field(
        default_factory=lambda: Reading[str](reason="not looked at"),
        description="the path of its Python.h, which torch.compile needs",
    )
    lock: Reading[str] = Field(description="SHA-256 of the locks that it was made from")
    named: bool = Field(default=False, description="its interpreter was named by --stack")

    def has(self, package: str) -> bool:
        """Whether the package is installed in it."""
        return package in self.releases

    @property
    def releases(self) -> dict[str, str]:
        """Of the packages that are installed in it."""
        return {name: read.value for name, read in self.packages.items() if read.value is not None}


class Host(Fact):
    """The machine, as this process may use it.

    `id` is a hash of machine id and host name, so that two runs of one host can be told to be
    such without naming it; `name` is set only on request (`--identify`).
    """

    id: str
    name: str | None
    cpu: Cpu
    instruction_sets: list[InstructionSet]
    amx_permission: AmxPermission
    topology: Topology
    allowance: Allowance
    settings: Settings
    tools: Tools
    stacks: list[Stack]

    def usable(self, *names: str) -> bool:
        """True if every named instruction set is usable, or advertised and not tried."""
        found = {i.name: i for i in self.instruction_sets}
        return all(
            name in found
            and bool(found[name].advertised if found[name].usable is None else found[name].usable)
            for name in names
        )

    def stack(self, name: str) -> Stack | None:
        """The stack of that name; None if this host was not asked for it."""
        return next((each for each in self.stacks if each.name == name), None)
