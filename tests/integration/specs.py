"""Lanes' specs by hand, at ceilings that this host has, whatever the catalogue holds."""

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.host.probe import probe
from bench.model.spec import LaneSpec

FP32_SETS = (("avx512f", "AVX512_CORE", "avx512"), ("avx2", "AVX2", "avx2"))
"""For FP32, the best first: what the kernel calls it, oneDNN's ceiling, IPEX's level."""


class Case(NamedTuple):
    """An engine in a precision at a ceiling; None: at the best that FP32 has here."""

    engine: str
    precision: str
    requires: tuple[str, ...] = ()
    ceiling: str | None = None
    level: str | None = None


CASES = {
    "stock-fp32": Case("stock", "fp32"),
    "ipex-fp32": Case("ipex", "fp32"),
    "ipex-bf16-avx512": Case("ipex", "bf16", ("avx512_bf16",), "AVX512_CORE_BF16", "avx512_bf16"),
    "ipex-bf16-amx": Case("ipex", "bf16", ("amx_tile", "amx_bf16"), "AVX512_CORE_AMX", "amx"),
}
every_case = pytest.mark.parametrize("case", CASES)


def setup_of(name: str) -> dict[str, Any]:
    """The case's set-up, on one core. Skips the test where this host can't run it."""
    case, host = CASES[name], probe()
    ceiling, level = case.ceiling, case.level
    if case.engine == "ipex" and find_spec("intel_extension_for_pytorch") is None:
        pytest.skip("IPEX is not installed")
    if not host.usable(*case.requires):
        pytest.skip(f"this host can't run {', '.join(case.requires)}")
    if ceiling is None:
        usable = [each[1:] for each in FP32_SETS if host.usable(each[0])]
        if not usable:
            pytest.skip("this host has neither AVX-512 nor AVX2")
        ceiling, level = usable[0]
    environment = {"ONEDNN_MAX_CPU_ISA": ceiling}
    if case.engine == "ipex":
        environment["ATEN_CPU_CAPABILITY"] = str(level)
    return {
        "engine": case.engine,
        "precision": case.precision,
        "memory_format": "channels_last" if case.engine == "ipex" else "contiguous",
        "ceiling": ceiling,
        "stack": "ipex",
        "placement": {
            "cores": [min(os.sched_getaffinity(0))],
            "node": 0,
            "reason": "by hand",
            "launcher": "direct",
            "task_manager": "affinity",
        },
        "environment": environment,
        "batch_size": 2,
        "loader_workers": 0,
    }


def make_spec(folder: Path, case: str = "stock-fp32", **changes: Any) -> LaneSpec:
    """32 pixels, batch 2, two steps, one core, no other process; `changes` go into its parts."""
    parts: dict[str, Any] = {
        "lane": case,
        "setup": setup_of(case),
        "workload": {
            "model": "resnet18",
            "title": "ResNet-18",
            "unit": "img",
            "image_size": 32,
        },
        "data": {"kind": "synthetic", "root": str(folder / "data"), "samples": 10},
        "effort": {
            "warmup_max_steps": 0,
            "end_to_end_turns": 1,
            "compute_turns": 1,
            "turn_seconds": 0,
            "turn_min_steps": 2,
            "turn_max_steps": 2,
        },
        "record_path": str(folder / "record.json"),
        "evidence_path": str(folder / "evidence.txt"),
    }
    for key, change in changes.items():
        parts[key] = parts.get(key, {}) | change if isinstance(change, dict) else change
    return LaneSpec.model_validate_json(json.dumps(parts))
