from collections.abc import Callable

import pytest

from bench.analysis.compare.sameness import sameness
from bench.model.host import Host
from tests.host_factory import GIB, known, make_host, unknown


def change(edit: Callable[[Host], object], **options: bool) -> Host:
    host = make_host(**options)
    edit(host)
    return host


def test_one_host_twice_is_the_same_machine() -> None:
    told = sameness(make_host(), make_host())
    assert told.level == "the same machine"
    assert told.reason == "id, processor, cores, caches and memory are the same"


@pytest.mark.parametrize(
    "edit",
    [
        lambda host: setattr(host.settings, "kernel", "6.12.0"),
        lambda host: setattr(host.settings, "smt", known(True)),
        lambda host: setattr(host.topology, "threads", 4),
        lambda host: setattr(host.topology, "memory_bytes", known(16 * GIB - 100 * 2**20)),
        lambda host: setattr(host.cpu, "microcode", known("0x2b")),
    ],
)
def test_what_a_setting_or_an_update_changes_makes_no_other_machine(
    edit: Callable[[Host], object],
) -> None:
    assert sameness(make_host(), change(edit)).level == "the same machine"


def test_updates_are_named() -> None:
    newer = change(lambda host: setattr(host.settings, "kernel", "6.12.0"))
    assert sameness(make_host(), newer).reason.endswith("; updated since: kernel")


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (lambda host: setattr(host.cpu, "brand", known("AMD EPYC")), "the processors"),
        (lambda host: setattr(host.cpu, "model", known(143)), "the processors"),
        (lambda host: setattr(host.topology, "cores", 4), "the cores (2 in 1 socket and 4 in 1 so"),
        (lambda host: setattr(host.topology.caches[2], "size_bytes", 32 * 2**20), "the caches"),
        (lambda host: setattr(host.topology, "memory_bytes", known(32 * GIB)), "the memory (16 G"),
    ],
)
def test_the_same_id_on_other_hardware_is_a_copied_image(
    edit: Callable[[Host], object], word: str
) -> None:
    told = sameness(make_host(), change(edit))
    assert told.level == "different"
    assert word in told.reason
    assert told.reason.endswith("though the ids are the same, as of a copied image")


def test_another_id_on_the_same_hardware_is_the_same_kind() -> None:
    told = sameness(make_host(big=True), change(lambda host: setattr(host, "id", "00"), big=True))
    assert told.level == "the same kind"
    assert told.reason == "processor, cores, caches and memory are the same, the ids are not"


def test_in_a_container_another_id_may_be_another_boot() -> None:
    """There the id is a hash of the boot id where no machine id is mounted."""
    inside = change(lambda host: setattr(host.settings, "container", known("docker")))
    inside.id = "00"
    told = sameness(make_host(), inside)
    assert told.level == "the same kind"
    assert "before and after it booted" in told.reason


def test_what_is_not_known_is_said_and_tells_nothing() -> None:
    blind = change(lambda host: setattr(host.topology, "memory_bytes", unknown("masked")))
    blind.topology.caches = []
    told = sameness(make_host(), blind)
    assert told.level == "the same machine"
    assert "not known on both sides: caches, memory" in told.reason
