"""Processors by name, so that runs of one stand together."""

import re

from bench.model.host import Cpu
from bench.text import one_line

NAME = 60
"""Characters of a processor's name."""

_WORDS = {"INTEL": "Intel", "XEON": "Xeon", "PLATINUM": "Platinum", "GOLD": "Gold"} | {
    "SILVER": "Silver",
    "BRONZE": "Bronze",
    "MAX": "Max",
}


def processor_name(cpu: Cpu) -> str:
    """`Intel Xeon Platinum 8581C`: its name without what no two systems write alike."""
    if cpu.brand.value is None or not cpu.brand.value.strip():
        return one_line(f"{cpu.architecture} of unknown name", NAME)
    text = re.sub(r"\((R|TM|C)\)", " ", one_line(cpu.brand.value), flags=re.IGNORECASE)
    text = re.sub(r"@ ?[\d.]+ ?[GM]Hz|\b(CPU|Processor)\b", " ", text, flags=re.IGNORECASE)
    words = [_WORDS.get(word, word) for word in text.split()]
    return one_line(" ".join(words).strip(" ,"), NAME) or one_line(cpu.brand.value, NAME)
