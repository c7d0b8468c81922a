"""AVX512_BF16: whether the CPU's own BF16 arithmetic can be executed."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import show_the_cpu
from bench.model.finding import Finding

ABOUT = Topic(
    "AVX512_BF16",
    "Without it BF16 on AVX-512 would be emulated, which says nothing about BF16: the lane is "
    "skipped.",
)


def avx512_bf16(case: Case) -> Finding:
    """What the probe found by executing one instruction."""
    (bf16,) = [one for one in case.host.instruction_sets if one.name == "avx512_bf16"]
    if bf16.usable:
        return ABOUT.ok(bf16.why)
    if bf16.advertised is False:
        return ABOUT.ok("this CPU has none")
    if bf16.usable is None:
        return ABOUT.unknown(bf16.why)
    return ABOUT.warning(f"advertised, but {bf16.why}", show_the_cpu(case.host))
