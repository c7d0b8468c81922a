"""Which kernels ran, from the lines that oneDNN prints in its verbose mode. Pure."""

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
FPMATH = re.compile(r"attr-fpmath:(\w{1,16})", re.ASCII)


class _Key(NamedTuple):
    """What two calls share that count as calls of one kernel."""

    primitive: str
    direction: Direction
    implementation: str
    data_types: tuple[str, ...]
    fpmath: str | None


def kernels(text: str) -> list[Kernel]:
    """The kernels in oneDNN's verbose text, longest first; [] if it holds none.

    Lines that are something else, cut short or broken are passed over: the text may be a
    stranger's, and nothing in it raises.
    """
    times: dict[_Key, list[float]] = defaultdict(list)
    for line in text.split("\n"):
        call = _call(line)
        if call is not None:
            key, milliseconds = call
            times[key].append(milliseconds)
    found = [_kernel(key, calls) for key, calls in times.items()]
    return sorted(found, key=lambda kernel: -kernel.milliseconds)[:KERNELS_MAX]


def _kernel(key: _Key, calls: list[float]) -> Kernel:
    return Kernel(
        primitive=key.primitive,
        direction=key.direction,
        implementation=key.implementation,
        instruction_sets=named(key.implementation),
        data_types=list(key.data_types),
        fpmath=key.fpmath,
        calls=len(calls),
        milliseconds=sum(calls),
    )


def _call(line: str) -> tuple[_Key, float] | None:
    """One executed call and its milliseconds; None if the line is not one, whole."""
    match = EXEC.fullmatch(line.strip()) if len(line) <= LINE_MAX else None
    fields = match[1].split(",") if match else []
    if len(fields) != FIELDS or fields[0].partition(":")[0] != "cpu":
        return None
    _, primitive, implementation, kind, operands, attributes, _, _, time = fields
    milliseconds = _milliseconds(time)
    if milliseconds is None or not PRIMITIVE.fullmatch(primitive):
        return None
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
    return key, milliseconds


def _milliseconds(text: str) -> float | None:
    try:
        value = float(text)
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
