"""Takes out of a stack what only a GPU uses: `leave-out.py SITE-PACKAGES`, in the build.

The registry's torch is the CUDA build. It loads some of NVIDIA's libraries wherever it runs, since
its own name them; the rest of NVIDIA's files and Triton wait for a GPU. A CPU build has none.
"""

import csv
import re
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import Distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path

FOR_A_GPU = re.compile(r"(nvidia|cuda|triton)([-_]|$)")
"""How the names of packages begin that are."""

UNNAMED = ("torch/lib/libcaffe2_nvrtc.so", "torch/lib/libtorch_cuda_linalg.so")
"""Those of torch's own libraries that no other names: it loads them when a GPU is used."""


def main() -> None:
    site = Path(sys.argv[1]).resolve()
    packages = {each.metadata["Name"]: each for each in distributions(path=[str(site)])}
    theirs = {name: files(packages[name]) for name in packages if FOR_A_GPU.match(name)}
    if not theirs:
        return
    kept = loaded(site, {path for listed in theirs.values() for path in listed})
    gone = leave_out({site / name for name in UNNAMED})
    correct_record(packages["torch"])
    for name, listed in theirs.items():
        if kept.isdisjoint(listed):
            gone += leave_out(set(listed))
        else:  # what is told of it stays, its licence too
            told = {path for path in listed if ".dist-info/" in str(path)}
            gone += leave_out(set(listed) - kept - told)
            correct_record(packages[name])
    print(f"left out, since only a GPU uses it: {gone / 1e6:,.0f} MB")


def files(package: Distribution) -> list[Path]:
    listed = [Path(str(each.locate())) for each in package.files or []]
    return [path for path in listed if path.exists()]


def loaded(site: Path, theirs: set[Path]) -> set[Path]:
    """Those of `theirs` that libraries of other packages name, and that these name in turn."""
    # Where torch looks for them: Triton has some of the same name for itself.
    by_name = {path.name: path for path in theirs if path.is_relative_to(site / "nvidia")}
    others = {path for path in site.rglob("*.so*") if is_library(path)} - theirs
    todo = others - {site / name for name in UNNAMED}
    kept: set[Path] = set()
    while todo:
        named = {by_name[name] for name in names(todo.pop()) if name in by_name}
        todo |= named - kept
        kept |= named
    return kept


def is_library(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def names(library: Path) -> list[str]:
    told = subprocess.run(["objdump", "-p", library], capture_output=True, text=True, check=True)
    return re.findall(r"NEEDED +(\S+)", told.stdout)


def leave_out(paths: set[Path]) -> int:
    """The bytes that went with these files; a module's bytecode and emptied folders go as well."""
    gone = 0
    for path in filter(Path.exists, paths):  # two packages may have listed the same
        gone += path.stat().st_size
        path.unlink()
        if path.suffix == ".py":
            Path(cache_from_source(str(path))).unlink(missing_ok=True)
    folders = {parent for path in paths for parent in path.parents}
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        for emptied in (folder / "__pycache__", folder):
            with suppress(OSError):
                emptied.rmdir()
    return gone


def correct_record(package: Distribution) -> None:
    """Only files that are there stay in the package's own list, which the image's SBOM rests on."""
    (record,) = (each for each in package.files or [] if each.match("*.dist-info/RECORD"))
    path = Path(str(record.locate()))
    listed = csv.reader(path.read_text().splitlines())
    there = [line for line in listed if (path.parents[1] / line[0]).exists()]
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(there)


main()
