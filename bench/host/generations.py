"""Servers' processors by generation, as their family, model and stepping tell it."""

from bench.model.host import Cpu

GENERATIONS = (
    *("Haswell", "Broadwell", "Skylake", "Cascade Lake", "Cooper Lake", "Ice Lake"),
    *("Sapphire Rapids", "Emerald Rapids", "Sierra Forest", "Granite Rapids"),
    *("Clearwater Forest", "Diamond Rapids"),
    *("EPYC Zen 1", "EPYC Zen 2", "EPYC Zen 3", "EPYC Zen 4", "EPYC Zen 5"),
)
"""Servers' generations: each vendor's in the order they came."""

_INTEL = {
    (6, 63): "Haswell",
    (6, 79): "Broadwell",
    (6, 86): "Broadwell",
    (6, 106): "Ice Lake",
    (6, 108): "Ice Lake",
    (6, 143): "Sapphire Rapids",
    (6, 207): "Emerald Rapids",
    (6, 175): "Sierra Forest",
    (6, 173): "Granite Rapids",
    (6, 174): "Granite Rapids",
    (6, 221): "Clearwater Forest",
    (19, 1): "Diamond Rapids",
}
"""By family and model; from Linux, arch/x86/include/asm/intel-family.h."""

_MODEL_85 = ((4, "Skylake"), (7, "Cascade Lake"), (11, "Cooper Lake"))
"""Three generations are model 85 of family 6: the highest stepping of each."""

_AMD = {
    (23, 1): "EPYC Zen 1",
    (23, 49): "EPYC Zen 2",
    (25, 1): "EPYC Zen 3",
    (25, 17): "EPYC Zen 4",
    (25, 160): "EPYC Zen 4",
    (26, 2): "EPYC Zen 5",
    (26, 17): "EPYC Zen 5",
}
"""By family and model: Naples, Rome, Milan, Genoa, Bergamo, Turin and Turin Dense."""

WITH_AMX = {"Sapphire Rapids", "Emerald Rapids", "Granite Rapids", "Diamond Rapids"}
"""Those whose cores have AMX, whatever a host shows of it."""


def generation(cpu: Cpu) -> str | None:
    """`Emerald Rapids`: one of `GENERATIONS`, by the numbers in `/proc/cpuinfo`; None: not known.

    A virtual machine may show another processor's numbers than its host has.
    """
    family, model, stepping = cpu.family.value, cpu.model.value, cpu.stepping.value
    if family is None or model is None or cpu.architecture != "x86_64":
        return None
    if cpu.vendor.value == "GenuineIntel" and (family, model) == (6, 85):
        return next((n for last, n in _MODEL_85 if stepping is not None and stepping <= last), None)
    known = {"GenuineIntel": _INTEL, "AuthenticAMD": _AMD}.get(cpu.vendor.value or "", {})
    return known.get((family, model))
