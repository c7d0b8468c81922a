"""torch.compile with inductor: C++ of its own for all but convolutions and large products."""

import importlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch

from bench.model.record import Compilation, Generated
from bench.worker import AFFINITY_AT_START
from bench.worker.instructions import Unreadable, count_vector_instructions


class CompilerFailed(Exception):
    """The C++ compiler is not there, or refuses what inductor gives it."""


class _Level(NamedTuple):
    """An instruction set: oneDNN's name, who at torch.cpu tells of it, a processor with no more."""

    name: str
    asked: str
    processor: str


# The processors by names that every compiler has had since GCC 10 and Clang 9.
_LEVELS = (
    _Level("AVX2", "_is_avx2_supported", "haswell"),
    _Level("AVX512_CORE", "_is_avx512_supported", "skylake-avx512"),
    _Level("AVX512_CORE_VNNI", "_is_vnni_supported", "cascadelake"),
    _Level("AVX512_CORE_BF16", "_is_avx512_bf16_supported", "cooperlake"),
    _Level("AVX512_CORE_AMX", "_is_amx_tile_supported", "native"),
)
"""In ascending order."""


def prepare(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, dtype: torch.dtype
) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    """Return the model that compiles itself, for each shape of batch apart, and the optimizer."""
    return torch.compile(model, dynamic=False), optimizer


def instruction_set() -> str | None:
    """Return None: what inductor compiles for is in its account of the generated code."""
    return None


def compiler(cache: Path) -> "Inductor":
    """Return inductor, which keeps what it compiles in that folder."""
    return Inductor(cache)


class Inductor:
    """Inductor in this process: nothing of it is left elsewhere, nor at work after a first step."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._cold = folder.resolve(), not any(folder.iterdir())
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(self._folder)
        os.environ["TORCH_WARM_POOL"] = "0"  # its processes compile for GPUs only
        with self._temporary_files():
            # Where headers are compiled to is chosen at this import, among the temporary files.
            importlib.import_module("torch._inductor.codecache")
        _keep_to(os.environ.get("ONEDNN_MAX_CPU_ISA"))

    def first_step(self, step: Callable[[], object]) -> Compilation:
        """Call `step`, which compiles the model. CompilerFailed if the C++ compiler does."""
        with self._temporary_files(), _on_all_cores():
            began = time.perf_counter()
            try:
                step()
            except torch._dynamo.exc.BackendCompilerFailed as failed:
                raise CompilerFailed(_cause(failed.inner_exception)) from failed
            finally:
                _end_threads()
            seconds = time.perf_counter() - began
        counters = torch._dynamo.utils.counters
        return Compilation(
            cold=self._cold,
            first_step_seconds=seconds,
            graphs=counters["stats"]["unique_graphs"],
            graph_breaks=sum(counters["graph_break"].values()),
        )

    def look_back(self, compilation: Compilation) -> None:
        """Note what has been compiled since, and read the code of what this process loaded."""
        graphs = torch._dynamo.utils.counters["stats"]["unique_graphs"]
        compilation.recompiled = graphs - compilation.graphs
        chosen, libraries = torch._inductor.cpu_vec_isa.pick_vec_isa(), self._loaded()
        generated = Generated(
            vector_set=str(chosen).split()[0] if chosen else "scalar", kernels=len(libraries)
        )
        try:
            generated.instructions = count_vector_instructions(libraries)
        except Unreadable as unreadable:
            generated.reason = str(unreadable)
        compilation.generated = generated

    def releases(self) -> dict[str, str]:
        """Return the C++ compiler's; nothing if it does not tell."""
        program = torch._inductor.cpp_builder.get_cpp_compiler()
        asked = [program, "-dumpfullversion", "-dumpversion"]  # Clang knows only the second
        told = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
        return {Path(program).name: told} if told else {}

    def _loaded(self) -> list[Path]:
        """Libraries that it made and this process maps: one a compiled function."""
        lines = Path("/proc/self/maps").read_text().splitlines()
        mapped = {Path(line.split(maxsplit=5)[5]) for line in lines if "/" in line}
        own = (path for path in mapped if path.is_relative_to(self._folder))
        return sorted(path for path in own if path.suffix == ".so")

    @contextmanager
    def _temporary_files(self) -> Iterator[None]:
        """Put those of Python and of the C++ compiler into the folder as well."""
        before, folder = os.environ.get("TMPDIR"), self._folder / "tmp"
        folder.mkdir(exist_ok=True)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = None
            del os.environ["TMPDIR"]
            if before is not None:
                os.environ["TMPDIR"] = before


def _keep_to(ceiling: str | None) -> None:
    """Let inductor and the C++ compiler know of no instruction set above oneDNN's ceiling.

    Where the host has less than that, the compiler takes what the host has.
    """
    names = [level.name for level in _LEVELS]
    if ceiling not in names:
        return
    highest = names.index(ceiling)
    config = torch._inductor.config.cpp
    if getattr(torch.cpu, _LEVELS[highest].asked)() and hasattr(config, "march"):
        config.march = _LEVELS[highest].processor
    for level in _LEVELS[highest + 1 :]:
        setattr(torch.cpu, level.asked, lambda: False)


@contextmanager
def _on_all_cores() -> Iterator[None]:
    """Let this thread start others on all of the lane's cores: OpenMP may have bound it to one."""
    torch.zeros(2**20).add_(1)  # in parallel: else OpenMP would bind it meanwhile
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, AFFINITY_AT_START)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _end_threads() -> None:
    """End all that inductor keeps to compile with: other lanes take their turns now."""
    from torch._inductor.async_compile import AsyncCompile, shutdown_compile_workers

    shutdown_compile_workers()
    if AsyncCompile.pool.cache_info().currsize:
        AsyncCompile.pool().shutdown(cancel_futures=True)
        AsyncCompile.pool.cache_clear()


def _cause(error: Exception) -> str:
    """One sentence of inductor's many lines."""
    if isinstance(error, torch._inductor.exc.InvalidCxxCompiler):
        return "there is no working C++ compiler (g++), which torch.compile needs"
    if isinstance(error, torch._inductor.exc.CppCompileError):
        said = [line.strip() for line in error.output.splitlines()]
        errors = [line for line in said if "error:" in line] or said
        return f"the C++ compiler failed: {errors[0] if errors else 'it says nothing'}"
    return f"torch.compile failed: {type(error).__name__}: {error}".partition("\n")[0]
