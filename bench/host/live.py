"""Answers that only the running kernel can give, apart from its files."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from bench.host.amx import ask_amx
from bench.host.binding import bindable_nodes
from bench.host.cpu import Block, ask_py_cpuinfo
from bench.host.cpuid import unlisted_flags
from bench.host.instructions import Execute, execute
from bench.host.shm import ask_shm
from bench.host.stacks import find_stacks
from bench.host.tools import find_tools
from bench.model.base import Reading
from bench.model.host import AmxPermission, Stack, Tools, Topology


@dataclass(frozen=True)
class Live:
    """What this process was told when it asked. Tests of recorded hosts say what they were told."""

    machine: str
    host_name: str
    kernel: str
    affinity: list[int]
    environment: Mapping[str, str]
    amx_permission: AmxPermission
    execute: Execute
    unlisted_flags: Callable[[], frozenset[str]]
    describe_cpu: Callable[[], Block]
    bind_memory: Callable[[list[int]], Reading[list[int]]]
    shm_bytes: Reading[int]
    shm_available_bytes: Reading[int]
    tools: Callable[[Topology, Reading[list[int]]], Tools]
    stacks: list[Stack]

    @classmethod
    def ask(cls, stacks: Mapping[str, Path]) -> Self:
        """Ask them all, for real. `stacks` are interpreters of the user's, by name."""
        system, shm = os.uname(), ask_shm()
        return cls(
            machine=system.machine,
            host_name=system.nodename,
            kernel=system.release,
            affinity=sorted(os.sched_getaffinity(0)),
            environment=os.environ,
            amx_permission=ask_amx(system.machine),
            execute=execute,
            unlisted_flags=unlisted_flags,
            describe_cpu=ask_py_cpuinfo,
            bind_memory=partial(bindable_nodes, machine=system.machine),
            shm_bytes=shm.size,
            shm_available_bytes=shm.available,
            tools=find_tools,
            stacks=find_stacks(named=stacks),
        )
