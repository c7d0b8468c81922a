"""The work of one training step, operator by operator, counted without computing anything.

Forward, loss, backward and optimizer run on fake tensors, which have shapes and types but no
data, under the trainer's autocast; a dispatch mode sees every ATen operator below autograd.
It is the step of plain PyTorch, in one process like in another: what an engine fuses, casts once
or lays out beforehand, it does with less memory traffic than is counted here.

Floating-point operations are those of `torch.utils.flop_counter`: convolutions and matrix
products, 0 for all else. As everywhere, products with a convolution's padding count, which kernels
may skip: 3 % of ResNet-50 at 224 pixels, 20 % at 32.
"""

from collections import Counter
from math import prod
from typing import Any, Literal

import torch
import torchvision
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from bench.model.record import Operator
from bench.model.workload import Workload

Kind = Literal["convolution", "matmul", "normalization", "pooling", "elementwise", "optimizer"]

_KINDS: dict[str, Kind] = {
    "conv": "convolution",
    "mm": "matmul",  # mm, addmm, bmm
    "norm": "normalization",
    "pool": "pooling",
    "mean": "pooling",  # what adaptive pooling to one pixel becomes
}
"""Kinds by a part of an operator's name; without one it is elementwise."""

_NOTHING = {"empty", "empty_like", "new_empty", "empty_strided", "_unsafe_view", "lift_fresh"}
"""Operators besides views that touch no element."""

_WRITE_ONLY = {"copy_", "fill_", "zero_"}
"""In-place operators that do not read what they overwrite."""


def count_work(workload: Workload, precision: Literal["fp32", "bf16"]) -> list[Operator]:
    """Every operator of one training step of the workload, equal calls counted together.

    Takes seconds and, having no data, next to no memory.
    """
    with FakeTensorMode():
        build_model = getattr(torchvision.models, workload.model)
        model = build_model(weights=None, num_classes=workload.classes)
        side = workload.image_size
        images = torch.empty(workload.batch_size, 3, side, side)
        labels = torch.empty(workload.batch_size, dtype=torch.int64)
        optimizer = torch.optim.SGD(
            model.parameters(), lr=workload.learning_rate, momentum=workload.momentum
        )
        return count_step(model, images, labels, optimizer, bf16=precision == "bf16")


def count_step(
    model: torch.nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    optimizer: torch.optim.Optimizer,
    *,
    bf16: bool,
) -> list[Operator]:
    """Every operator of one training step on fake tensors; call it inside their mode."""
    model.train()
    with _Counting() as counting:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
    optimizer.step()  # not counted: only the first step makes the momentum buffers
    with _Counting(kind="optimizer", into=counting.calls):
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return [
        Operator(name=name, kind=kind, calls=calls, flop=flop, bytes=traffic)
        for (name, kind, flop, traffic), calls in counting.calls.items()
    ]


Call = tuple[str, Kind, int, int]
"""An operator's name, kind, floating-point operations and bytes: equal ones count together."""


class _Counting(TorchDispatchMode):
    """Counts the operators that reach the CPU's kernels while it is entered."""

    def __init__(self, kind: Kind | None = None, into: Counter[Call] | None = None) -> None:
        super().__init__()
        self.calls: Counter[Call] = Counter() if into is None else into
        self._kind = kind

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        named = kwargs or {}
        result = func(*args, **named)
        packet = func._overloadpacket
        # Other namespaces' operators ask (prim.device) or record (profiler), and compute nothing.
        if func.namespace == "aten" and not func.is_view and packet.__name__ not in _NOTHING:
            formula = flop_registry.get(packet)
            flop = formula(*args, **named, out_val=result) if formula else 0
            kind = self._kind or _kind(packet.__name__)
            self.calls[str(packet), kind, flop, _traffic(func, args, named, result)] += 1
        return result


def _kind(operator: str) -> Kind:
    return next((kind for part, kind in _KINDS.items() if part in operator), "elementwise")


def _traffic(func: Any, args: tuple[Any, ...], named: dict[str, Any], result: Any) -> int:
    """Bytes of what an operator reads and of what it writes, each tensor once."""
    read: list[Any] = []
    written: list[Any] = []
    passed = zip(func._schema.arguments, args, strict=False)
    by_name = ((each, named[each.name]) for each in func._schema.arguments if each.name in named)
    for argument, value in (*passed, *by_name):
        if argument.alias_info is not None and argument.alias_info.is_write:
            written.append(value)
            if func._overloadpacket.__name__ in _WRITE_ONLY or argument.is_out:
                continue
        read.append(value)
    if all(each.alias_info is None for each in func._schema.returns):
        written.append(result)  # else it is one of the arguments, and they are in already
    return _bytes(read) + _bytes(written)


def _bytes(values: list[Any]) -> int:
    tensors = {id(leaf): leaf for leaf in tree_leaves(values) if isinstance(leaf, torch.Tensor)}
    return sum(_size(tensor) for tensor in tensors.values())


def _size(tensor: torch.Tensor) -> int:
    """Bytes of the elements in memory: along a dimension of stride 0 they are the same ones."""
    lengths = zip(tensor.shape, tensor.stride(), strict=True)
    return prod([tensor.element_size(), *(length for length, stride in lengths if stride)])
