"""Processors' generations, as their numbers tell them."""

import pytest

from bench.host.generations import GENERATIONS, generation
from bench.model.base import Reading
from tests.host_factory import known, make_host


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        (("GenuineIntel", 6, 85, 4), "Skylake"),
        (("GenuineIntel", 6, 85, 7), "Cascade Lake"),
        (("GenuineIntel", 6, 85, 11), "Cooper Lake"),
        (("GenuineIntel", 6, 85, None), None),
        (("GenuineIntel", 6, 106, 6), "Ice Lake"),
        (("GenuineIntel", 6, 143, 8), "Sapphire Rapids"),
        (("GenuineIntel", 6, 207, None), "Emerald Rapids"),
        (("GenuineIntel", 6, 173, 1), "Granite Rapids"),
        (("GenuineIntel", 6, 42, 7), None),
        (("AuthenticAMD", 25, 1, 1), "EPYC Zen 3"),
        (("AuthenticAMD", 6, 143, 1), None),
        (("GenuineIntel", None, 143, 1), None),
    ],
)
def test_a_generation_is_told_by_the_processor_s_numbers(numbers, name):
    cpu = make_host().cpu
    values = [Reading(reason="unknown") if each is None else known(each) for each in numbers]
    cpu.vendor, cpu.family, cpu.model, cpu.stepping = values
    assert generation(cpu) == name
    assert name is None or name in GENERATIONS
