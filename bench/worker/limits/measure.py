"""What the lane's cores can do, measured in the lane's own process: the limits beside its number.

Peak: the best of a few dense matrix products, the practical stand-in for a processor's arithmetic
limit (as in LINPACK: Dongarra, Luszczek, Petitet 2003), by each library that can be had, since
what the slower one reaches is no limit. Bandwidth: STREAM's copy (McCalpin 1995), bytes read plus
bytes written; that a store may first read the line it overwrites is not counted, as there.
"""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import torch

from bench.model.record import CoreLimits, MatmulRate
from bench.model.spec import LaneSpec
from bench.worker.limits.core_clock import ClockUnknown, clock_mhz
from bench.worker.limits.work import count_work
from bench.worker.train import DTYPES
from bench.worker.verbose import MKL_CALL, verbose_lines

SIZES = (512, 1024, 2048, 4096, 8192)
"""Rows of the square matrices. Larger ones only where they are quick: on many cores."""

PASSES = 2
"""Times everything is measured, seconds apart: on a shared machine others may be at it as well."""

SLOWEST_SECONDS = 0.1
"""The longest that one product may be expected to take."""

REPEAT_SECONDS = 0.1
REPEAT_LEAST = 3
"""How long, and how often at least, something is repeated for its best time."""

BUSY_SECONDS = 0.05
"""How long the cores multiply before the clock is taken: the clock follows within milliseconds."""

MATRICES = 6
"""Matrices in memory at most: those of one way to a product, while those of the next are made."""

MEMORY_BYTES = 10**9
"""The most that all arrays of one measurement take together."""

CACHES = 4
"""An array to copy is this many times the last-level caches of the cores: STREAM's rule."""

SMALLEST_ARRAY_BYTES = 64 * 2**20

_CPUS = Path("/sys/devices/system/cpu")

Run = Callable[[], object]


def measure_limits(spec: LaneSpec) -> CoreLimits:
    """Measure the cores' limits at the lane's precision, and count its step's operators.

    Call it after the timed steps. It takes a few seconds.
    """
    dtype, memory = DTYPES[spec.setup.precision], memory_budget()
    array = array_bytes(last_level_cache_bytes(spec.setup.placement.cores), memory)
    with torch.no_grad():
        bandwidth = copy_bandwidth(array)
        matmul = matmul_rates(dtype, memory)
        clock, reason = _clock(dtype)
        bandwidth = max(bandwidth, copy_bandwidth(array))
    return CoreLimits(
        matmul=matmul,
        copy_gigabytes_per_second=bandwidth / 1e9,
        copy_array_bytes=array,
        clock_mhz=clock,
        clock_reason=reason,
        operators=count_work(
            spec.workload, spec.data.classes, spec.setup.batch_size, spec.setup.precision
        ),
    )


def matmul_rates(dtype: torch.dtype, memory: int) -> list[MatmulRate]:
    """Each library's best rate at each size that is quick enough and whose matrices fit."""
    best: dict[tuple[int, str], float] = {}
    for size in SIZES * PASSES:
        flop, fastest = 2 * size**3, max(best.values(), default=None)
        too_slow = fastest is not None and flop / (fastest * 1e9) > SLOWEST_SECONDS
        if too_slow or MATRICES * size**2 * dtype.itemsize > memory:
            continue
        for way in _ways():
            product = way(size, dtype)
            case = size, computed_by(product)
            best[case] = max(best.get(case, 0.0), flop / best_seconds(product) / 1e9)
    return [MatmulRate(size=n, library=name, gflops=rate) for (n, name), rate in best.items()]


def computed_by(product: Run) -> str:
    """The library that computes a product, by its own word; the build's BLAS if none says so."""
    printed = verbose_lines(product)
    if ",exec," in printed:
        return "oneDNN"
    return "MKL" if MKL_CALL.search(printed) else "BLAS"


def best_seconds(run: Run) -> float:
    """The shortest of several runs after a first one, which prepares kernels and memory."""
    run()
    times: list[float] = []
    until = time.perf_counter() + REPEAT_SECONDS
    while len(times) < REPEAT_LEAST or time.perf_counter() < until:
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


def copy_bandwidth(array: int) -> float:
    """Bytes/s read and written by all threads that copy an array of so many bytes."""
    # Filled by the threads that copy, so that each page is on the node of its thread.
    source = torch.empty(array // 4, dtype=torch.float32).fill_(1.0)
    target = torch.empty_like(source).fill_(0.0)
    return 2 * array / best_seconds(lambda: target.copy_(source))


def array_bytes(caches: int | None, memory: int) -> int:
    """Bytes of each of two arrays too large for the caches, as far as memory allows.

    Caches of unknown size count as large ones.
    """
    most = memory // 2
    wanted = most if caches is None else max(CACHES * caches, SMALLEST_ARRAY_BYTES)
    return min(wanted, most)


def last_level_cache_bytes(cpus: list[int], folder: Path = _CPUS) -> int | None:
    """The last-level caches of these CPUs together; None where sysfs does not show them."""
    sizes: dict[str, int] = {}
    for cpu in cpus:
        try:
            levels = {int((each / "level").read_text()): each for each in _caches(folder, cpu)}
            last = levels[max(levels)]
            shared_by = (last / "shared_cpu_list").read_text()
            sizes[shared_by] = int((last / "size").read_text().strip().removesuffix("K")) * 1024
        except (OSError, ValueError):
            return None
    return sum(sizes.values())


def memory_budget() -> int:
    """Bytes that a measurement may take, with care not to be what ends the process.

    At most half of what training had at its peak, which fitted into any limit that there is, and
    a quarter of what the host has available.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    lines = Path("/proc/meminfo").read_text().splitlines()
    available = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    return min(MEMORY_BYTES, peak // 2, available * 1024 // 4)


def _plain(size: int, dtype: torch.dtype) -> Run:
    """PyTorch's own product: by oneDNN in BF16, by the build's BLAS in FP32."""
    left, right = _matrix(size, dtype), _matrix(size, dtype)
    product = torch.empty_like(left)
    return lambda: torch.mm(left, right, out=product)


def _laid_out(size: int, dtype: torch.dtype) -> Run:
    """A linear layer with weights laid out by oneDNN beforehand, as inductor compiles one."""
    left = _matrix(size, dtype)
    weights = torch.ops.mkldnn._reorder_linear_weight(_matrix(size, dtype))
    linear = torch.ops.mkldnn._linear_pointwise
    return lambda: linear(left, weights, None, "none", [], "")


def _ways() -> list[Callable[[int, torch.dtype], Run]]:
    """The ways to a product that this build of PyTorch has."""
    return [_plain, _laid_out] if hasattr(torch.ops.mkldnn, "_linear_pointwise") else [_plain]


def _matrix(size: int, dtype: torch.dtype) -> torch.Tensor:
    """A block of normal random values, repeated: random values for all would take seconds."""
    block = min(size, 512)
    return torch.randn(block, block).to(dtype).repeat(size // block, size // block)


def _clock(dtype: torch.dtype) -> tuple[float | None, str | None]:
    """MHz after matrix products, or why there is no figure."""
    product = _plain(SIZES[0], dtype)
    try:
        return clock_mhz(lambda: _keep_busy(product)), None
    except ClockUnknown as unknown:
        return None, str(unknown)


def _keep_busy(product: Run) -> None:
    until = time.perf_counter() + BUSY_SECONDS
    product()
    while time.perf_counter() < until:
        product()


def _caches(folder: Path, cpu: int) -> list[Path]:
    return list((folder / f"cpu{cpu}" / "cache").glob("index[0-9]*"))
