"""The work of one training step, operator by operator, counted without computing anything.

Forward, loss, backward and optimizer run on fake tensors, which have shapes and types but no
data, under the trainer's autocast; a dispatch mode sees every ATen operator below autograd.
It is the step of plain PyTorch, in one process like in another: what an engine fuses, casts once
or lays out beforehand, it does with less memory traffic than is counted here.

Floating-point operations are those of `torch.utils.flop_counter`: convolutions, matrix products
and attention, 0 for all else. As everywhere, products with a convolution's padding count, which
kernels may skip: 3 % of ResNet-50 at 224 pixels, 20 % at 32. Of attention the products of its
definition count, forward and backward; that a kernel computes some twice to save memory does not.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any, Literal

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from bench.model.record import Operator
from bench.model.setup import Precision
from bench.model.workload import Workload
from bench.worker import workloads

Kind = Literal[
    "convolution", "matmul", "attention", "normalization", "pooling", "elementwise", "optimizer"
]

_KINDS: dict[str, Kind] = {
    "conv": "convolution",
    "attention": "attention",
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


def count_work(
    workload: Workload, classes: int, batch_size: int, precision: Precision
) -> list[Operator]:
    """Every operator of one training step of the workload, equal calls counted together.

    Takes seconds and, having no data, next to no memory.
    """
    facts = workloads.load(workload.model)
    with FakeTensorMode():
        with _Unread():
            model = facts.build(workload, classes)
        optimizer = torch.optim.SGD(
            model.parameters(), lr=workload.learning_rate, momentum=workload.momentum
        )
        loss_of = partial(facts.loss, model, facts.batch(workload, batch_size))
        return count_step(model, loss_of, optimizer, precision)


def flop_per_sample(workload: Workload, classes: int) -> float:
    """Floating-point operations of one sample's forward and backward pass."""
    operators = count_work(workload, classes, 2, "fp32")
    return sum(each.calls * each.flop for each in operators) / 2


def count_step(
    model: torch.nn.Module,
    loss_of: Callable[[], torch.Tensor],
    optimizer: torch.optim.Optimizer,
    precision: Precision,
) -> list[Operator]:
    """Every operator of one training step on fake tensors; call it inside their mode.

    `loss_of` runs the model on a batch.
    """
    model.train()
    with _Counting() as counting:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"), _Composed():
            loss = loss_of()
        loss.backward()
    optimizer.step()  # not counted: only the first step makes the momentum buffers
    with _Counting(kind="optimizer", into=counting.calls):
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return [
        Operator(name=name, kind=kind, calls=calls, flop=flop, bytes=traffic)
        for (name, kind, flop, traffic), calls in counting.calls.items()
    ]


def _attention(query: torch.Tensor, key: torch.Tensor, *_: Any, **__: Any) -> int:
    """Two products: queries with keys, and what becomes of that with values."""
    return 2 * _attention_product(query, key)


def _attention_backward(
    _: torch.Tensor, query: torch.Tensor, key: torch.Tensor, *__: Any, **___: Any
) -> int:
    """Four products: the gradients of values, of what they are weighted by, of queries, of keys."""
    return 4 * _attention_product(query, key)


def _attention_product(query: torch.Tensor, key: torch.Tensor) -> int:
    *groups, rows, width = query.shape
    return prod([2, *groups, rows, key.shape[-2], width])


_FORMULAS: dict[Any, Callable[..., int]] = {
    **flop_registry,
    # The CPU's own attention, which is not in the registry of torch 2.8.
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
}


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
            formula = _FORMULAS.get(packet)
            flop = formula(*args, **named, out_val=result) if formula else 0
            kind = self._kind or _kind(packet.__name__)
            self.calls[str(packet), kind, flop, _traffic(func, args, named, result)] += 1
        return result


class _Unread(TorchFunctionMode):
    """Lets tensors without data be asked whether they are true: they are not.

    torch 2.14's truncated normal looks for values that it has to draw again.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return False if func is torch.Tensor.__bool__ else func(*args, **(kwargs or {}))


class _Composed(TorchFunctionMode):
    """Runs as what PyTorch makes them of the functions that an engine may have kernels for.

    Where IPEX is loaded, fake tensors would lose their gradients.
    """

    _FUNCTIONS = {
        torch.nn.functional.layer_norm: torch.ops.aten.layer_norm.default,
        torch.nn.functional.group_norm: torch.ops.aten.group_norm.default,
    }

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        composed = self._FUNCTIONS.get(func)
        run = composed.decompose if composed is not None else func
        return run(*args, **(kwargs or {}))


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
