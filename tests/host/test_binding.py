"""Binding memory is tried for real, in a child: with what a node, or a filter, has to say to it."""

import ctypes
import errno
import platform
import struct

import pytest

from bench.host.binding import bindable_nodes
from bench.host.child import in_child
from bench.host.probe import probe
from bench.model.base import Reading
from tests.recorded_hosts import recorded_host

GIB = 2**30
x86_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="filters a call of x86")


@x86_only
def test_a_node_that_is_not_there_can_not_be_bound_to():
    here = bindable_nodes([0], "x86_64")
    if here.value is None:
        pytest.skip(f"memory can't be bound here: {here.reason}")
    assert here.value == [0]
    assert bindable_nodes([0, 1021], "x86_64").value == [0]
    refused = bindable_nodes([1021], "x86_64")
    assert refused.reason == "set_mempolicy(MPOL_BIND): EINVAL (Invalid argument)"


def refuse_set_mempolicy(error):
    """A seccomp filter, as an engine's: of this process, for ever."""
    rules = [
        (0x20, 0, 0, 0),  # load the call's number
        (0x15, 0, 1, 238),
        (0x06, 0, 0, 0x50000 | error),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *rule) for rule in rules))
    program = struct.pack("<H6xQ", len(rules), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0) == 0


@x86_only
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errno.EPERM, "EPERM (Operation not permitted)"),
        (errno.ENOSYS, "ENOSYS (Function not implemented)"),
    ],
)
def test_a_filters_refusal_is_told_as_the_kernel_gave_it(error, words):
    def ask():
        refuse_set_mempolicy(error)
        answer = bindable_nodes([0, 1], "x86_64")
        return 0 if answer == Reading(reason=f"set_mempolicy(MPOL_BIND): {words}") else 1

    assert in_child(ask) == 0


def test_another_architecture_is_not_asked():
    assert bindable_nodes([0], "riscv64").reason == "not asked on riscv64"


def test_no_process_to_be_had_leaves_it_open(monkeypatch):
    def refuse():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", refuse)
    assert bindable_nodes([0], "x86_64").reason.startswith("not asked: ")


@pytest.mark.parametrize(
    ("tree", "tried"),
    [
        ({}, [0, 1]),
        ({"mems_allowed": "1"}, [1]),
        ({"node_memory": {0: 0}}, [1]),
        ({"node_memory": {0: 0}, "mems_allowed": "0-1"}, [1]),
    ],
)
def test_only_nodes_with_memory_that_is_allowed_are_tried(tree, tried):
    assert recorded_host("ice-lake", **tree).allowance.bindable_nodes.value == tried


def test_no_memory_on_the_allowed_nodes():
    allowance = recorded_host("ice-lake", node_memory={0: 0}, mems_allowed="0").allowance
    assert allowance.memory_nodes.value == [0]
    assert allowance.bindable_nodes.reason == "no node with memory is among those allowed (0)"


def test_this_machines_allowed_nodes_are_known():
    allowance = probe().allowance
    assert allowance.memory_nodes.value
    assert set(allowance.bindable_nodes.value or []) <= set(allowance.memory_nodes.value)
