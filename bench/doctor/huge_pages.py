"""Transparent huge pages: how large the pages are that tensors lie on."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import on_host
from bench.model.finding import Finding

ABOUT = Topic(
    "huge pages",
    "Neither torch nor tcmalloc asks for huge pages: unless this says always, tensors lie on small "
    "ones, with more page faults and TLB misses than on hosts where it does.",
)


def huge_pages(case: Case) -> Finding:
    """Best is always: torch 2.8 asks with `madvise` only if THP_MEM_ALLOC_ENABLE is set."""
    mode = case.host.settings.transparent_huge_pages
    if mode.value is None:
        return ABOUT.unknown(mode.reason)
    if mode.value == "always":
        return ABOUT.ok("always")
    fix = on_host(
        case.host,
        "echo always | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
    )
    return ABOUT.warning(mode.value, fix)
