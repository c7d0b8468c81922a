"""Lanes as a plan has them on a host with AVX-512 and without AMX, whatever the catalogue holds.

Tests of what comes after the plan take theirs from here, so that a new lane breaks none of them.
"""

from typing import Any

from bench.model.plan import PlannedLane
from bench.model.setup import Placement, Setup
from bench.model.workload import Workload

LANES: dict[str, dict[str, Any]] = {
    "fp32": {
        "title": "FP32, stock PyTorch",
        "engine": "stock",
        "precision": "fp32",
        "memory_format": "contiguous",
        "ceiling": "AVX512_CORE",
        "instruction_set": "avx512_core",
        "environment": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
    },
    "fp32-ipex": {
        "title": "FP32, IPEX",
        "engine": "ipex",
        "precision": "fp32",
        "memory_format": "channels_last",
        "ceiling": "AVX512_CORE",
        "instruction_set": "avx512_core",
        "environment": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE", "ATEN_CPU_CAPABILITY": "avx512"},
    },
    "bf16-avx512": {
        "title": "BF16 on AVX-512, IPEX",
        "engine": "ipex",
        "precision": "bf16",
        "memory_format": "channels_last",
        "ceiling": "AVX512_CORE_BF16",
        "instruction_set": "avx512_core_bf16",
        "environment": {
            "ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16",
            "ATEN_CPU_CAPABILITY": "avx512_bf16",
        },
    },
    "bf16-amx": {
        "title": "BF16 on AMX, IPEX",
        "engine": "ipex",
        "precision": "bf16",
        "memory_format": "channels_last",
        "ceiling": "AVX512_CORE_AMX",
        "instruction_set": "amx",
        "environment": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_AMX", "ATEN_CPU_CAPABILITY": "amx"},
    },
}

_FP32 = {"precision": "fp32", "ceiling": "AVX512_CORE", "instruction_set": "avx512_core"}
_BF16 = {
    "precision": "bf16",
    "ceiling": "AVX512_CORE_BF16",
    "instruction_set": "avx512_core_bf16",
}
_AMX = {"precision": "bf16", "ceiling": "AVX512_CORE_AMX", "instruction_set": "amx"}

TODAY: dict[str, dict[str, Any]] = {
    lane: {
        "title": lane,
        "engine": engine,
        "stack": "torch",
        "memory_format": "channels_last",
        "environment": {"ONEDNN_MAX_CPU_ISA": level["ceiling"]},
        "instead_of": instead_of,
        **level,
    }
    for lane, engine, instead_of, level in (
        ("fp32-torch", "stock", "fp32-ipex", _FP32),
        ("fp32-compile", "compile", "fp32-ipex", _FP32),
        ("bf16-avx512-torch", "stock", "bf16-avx512", _BF16),
        ("bf16-avx512-compile", "compile", "bf16-avx512", _BF16),
        ("bf16-amx-torch", "stock", "bf16-amx", _AMX),
        ("bf16-amx-compile", "compile", "bf16-amx", _AMX),
        ("fp32-bf16math-amx", "stock", None, _AMX | {"precision": "fp32", "fp32_math": "bf16"}),
    )
}
"""Lanes of a second stack, of today's PyTorch: what could be run instead of IPEX's."""

PLACEMENT = Placement(
    cores=[0, 1],
    node=0,
    reason="one thread of each of the 2 cores this process may use, on node 0",
    launcher="ipexrun",
    task_manager="taskset",
)
COMMAND = [
    *("/opt/bench/bin/python", "-m", "bench.worker.ipexrun", "/opt/bench/bin/ipexrun", "cpu"),
    *("--ninstances", "1"),
    *("--ncores-per-instance", "2", "--cores-list", "0,1", "--multi-task-manager", "taskset"),
    *("--memory-allocator", "default", "--omp-runtime", "intel", "--use-e-cores", "--no-python"),
    *("/opt/bench/bin/python", "-m", "bench.worker", "SPEC"),
]
SETUP_FIELDS = set(Setup.model_fields)


def make_workload(**changes: Any) -> Workload:
    """ResNet-50 at 224 pixels; `changes` replaces fields."""
    facts = {"model": "resnet50", "title": "ResNet-50", "unit": "img", "image_size": 224}
    return Workload(**(facts | changes))


def make_lane(lane: str = "fp32", **changes: Any) -> PlannedLane:
    """A lane that is planned to run; `changes` are fields of the lane, or of its set-up."""
    facts = (LANES | TODAY)[lane] | {"batch_size": 16} | changes
    setup = {
        "stack": "ipex",
        "placement": PLACEMENT,
        "preload": ["/opt/bench/lib/libiomp5.so"],
        "loader_workers": 1,
    } | {name: value for name, value in facts.items() if name in SETUP_FIELDS}
    lane_facts = {
        "id": lane,
        "entry": lane,
        "workload": make_workload(),
        "intention": "planned",
        "command": COMMAND,
    } | {name: value for name, value in facts.items() if name not in SETUP_FIELDS}
    return PlannedLane(setup=Setup(**setup), **lane_facts)
