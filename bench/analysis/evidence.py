"""Which kernels ran, from the lines that oneDNN and MKL print in their verbose modes. Pure."""

import re
from collections import defaultdict
from typing import Literal, NamedTuple

from bench.analysis.isa import named
from bench.model.process import Kernel

Direction = Literal["forward", "backward data", "backward weights", "backward", "none"]

KERNELS_MAX = 256
"""Kernels kept, longest first: a training step has some 30, a stranger's text any number."""
LINE_MAX = 10_000
"""Characters of a line that is still read; the longest recorded has 339."""
CALL_MAX_MILLISECONDS = 1e8
"""A call of more than a day is no call: the number is broken."""

# `v1` and `primitive` came in the course of oneDNN 3; the time stamp is there if asked for.
# Partitions of a graph (`graph,exec`) are left out: the primitives in them print their own lines.
EXEC = re.compile(r"(?:onednn|dnnl)_verbose,(?:v\d+,)?(?:[\d.]+,)?(?:primitive,)?exec,(.*)")
FIELDS = 9
"""Fields after `exec`: engine, primitive, implementation, propagation kind, memory descriptors,
attributes, auxiliary, problem, milliseconds."""

PRIMITIVE = re.compile(r"[a-z0-9_]{1,40}")
IMPLEMENTATION = re.compile(r"[\w:+.|-]{1,160}", re.ASCII)
# An operand is `src:bf16::blocked:…`, and `src_bf16::blocked:…` in older oneDNN.
OPERAND = re.compile(r"[a-z0-9_]+?[:_]((?:bf|f|s|u|e)\d\w{0,8}|boolean):")
ISA = re.compile(r"(?:onednn|dnnl|mkldnn)_verbose,(?:v\d+,)?(?:[\d.]+,)?info,cpu,isa:(.{1,300})")
GEMM = "gemm_api"
"""A product by oneDNN's function instead of a primitive: its lines name no implementation."""
FPMATH = re.compile(r"attr-fpmath:(\w{1,16})", re.ASCII)


MKL = "mkl:"
"""How the implementation of one of MKL's products begins: `mkl:sgemm`."""
MKL_CALL = re.compile(
    r"MKL_VERBOSE ([A-Z0-9_]{0,40}GEMM[A-Z0-9_]{0,40})\([^()]*\) ([\d.]+)(ns|us|ms|s)"
    r" [^()]*NThr:\d+(?: calls:([1-9]\d{0,8}))?",
    re.ASCII,
)
"""Products, e.g. `MKL_VERBOSE SGEMM(N,T,…) 1.20ms CNR:OFF … NThr:2 calls:12`; MKL's other lines
are none. The worker makes one line of equal calls, with the time of all and their number."""
MKL_MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}
MKL_TYPES = {"S": "f32", "D": "f64", "H": "f16", "C": "c32", "Z": "c64"}
"""Of the operands, by the letter before `GEMM`; others say it behind (`GEMM_BF16BF16F32`)."""


class _Key(NamedTuple):
    """What two calls share that count as calls of one kernel."""

    primitive: str
    direction: Direction
    implementation: str
    data_types: tuple[str, ...]
    fpmath: str | None


class _Ran(NamedTuple):
    """What one line says: calls of a kernel and their milliseconds, all together."""

    key: _Key
    calls: int
    milliseconds: float


def kernels(text: str) -> list[Kernel]:
    """The kernels in the libraries' verbose text, longest first; [] if it holds none.

    Lines that are something else, cut short or broken are passed over: the text may be a
    stranger's, and nothing in it raises.
    """
    calls: dict[_Key, int] = defaultdict(int)
    times: dict[_Key, float] = defaultdict(float)
    for line in text.split("\n"):
        line = line.strip() if len(line) <= LINE_MAX else ""
        ran = _mkl_call(line) if line.startswith("MKL_VERBOSE") else _call(line)
        if ran is not None:
            calls[ran.key] += ran.calls
            times[ran.key] += ran.milliseconds
    every = [_kernel(key, calls[key], milliseconds) for key, milliseconds in times.items()]
    return sorted(every, key=lambda kernel: -kernel.milliseconds)[:KERNELS_MAX]


def announced_sets(text: str) -> list[str]:
    """What each copy of oneDNN in the process says that it may use, in its words, each once.

    IPEX brings a copy of its own beside PyTorch's, and either may run a step's kernels.
    """
    lines = (line.strip() for line in text.split("\n") if len(line) <= LINE_MAX)
    heads = (ISA.fullmatch(line) for line in lines)
    return list(dict.fromkeys(head[1].strip() for head in heads if head))


def _kernel(key: _Key, calls: int, milliseconds: float) -> Kernel:
    return Kernel(
        primitive=key.primitive,
        direction=key.direction,
        implementation=key.implementation,
        instruction_sets=named(key.implementation),
        data_types=list(key.data_types),
        fpmath=key.fpmath,
        calls=calls,
        milliseconds=milliseconds,
    )


def _call(line: str) -> _Ran | None:
    """One executed call of oneDNN's; None if the line is not one, whole."""
    match = EXEC.fullmatch(line)
    fields = match[1].split(",") if match else []
    if len(fields) != FIELDS or fields[0].partition(":")[0] != "cpu":
        return None
    _, primitive, implementation, kind, operands, attributes, _, _, time = fields
    milliseconds = _milliseconds(time)
    if milliseconds is None or not PRIMITIVE.fullmatch(primitive):
        return None
    implementation = implementation or (GEMM if primitive == GEMM else "")
    if not IMPLEMENTATION.fullmatch(implementation):
        return None
    types = (OPERAND.match(each) for each in operands.split())
    fpmath = FPMATH.search(attributes)
    key = _Key(
        primitive=primitive,
        direction=_direction(kind),
        implementation=implementation,
        data_types=tuple(dict.fromkeys(each[1] for each in types if each)),
        fpmath=fpmath[1] if fpmath else None,
    )
    return _Ran(key, 1, milliseconds)


def _mkl_call(line: str) -> _Ran | None:
    """Products of MKL's; None if the line is not of such, whole."""
    match = MKL_CALL.fullmatch(line)
    if match is None:
        return None
    name, time, unit, calls = match.groups()
    milliseconds = _milliseconds(time, MKL_MILLISECONDS[unit])
    if milliseconds is None:
        return None
    primitive = "reorder" if "GEMM_PACK" in name else "matmul"  # packing lays out an operand
    key = _Key(primitive, "none", MKL + name.lower(), _mkl_types(name), None)
    return _Ran(key, int(calls or 1), milliseconds)


def _mkl_types(name: str) -> tuple[str, ...]:
    before, _, behind = name.partition("GEMM")
    spelt = re.findall(r"BF16|F16|F32|F64|[SU]8|[SU]32", behind)
    letter = before[-1:]
    types = [MKL_TYPES[letter]] if letter in MKL_TYPES else spelt
    return tuple(dict.fromkeys(each.lower() for each in types))


def _milliseconds(text: str, unit: float = 1.0) -> float | None:
    try:
        value = float(text) * unit
    except ValueError:
        return None
    return value if 0 <= value < CALL_MAX_MILLISECONDS else None  # nan is not in that range


def _direction(kind: str) -> Direction:
    """The direction of a propagation kind; reorders and products have none (`undef`)."""
    if kind == "backward_data":
        return "backward data"
    if kind == "backward_weights":
        return "backward weights"
    if kind.startswith("backward"):
        return "backward"
    return "forward" if kind.startswith("forward") else "none"
