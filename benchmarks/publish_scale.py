"""What does a site of many runs cost: time, memory and size? By hand, on a host that is quiet.

    python benchmarks/publish_scale.py [RUNS] [FOLDER]

Makes that many example artifacts (1,000) in the folder, which is kept and used again, else in a
temporary one; publishes all but one of them, then all, then all once more. Their figures are made.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.publish.examples import example, write_example  # noqa: E402

ROUNDS = 3


def make(folder: Path, number: int) -> None:
    """The artifact of that number, unless it is there."""
    if not (folder / "SHA256SUMS").exists():
        shutil.rmtree(folder, ignore_errors=True)
        write_example(folder, example(number, rounds=ROUNDS))


def publish(runs: Path, site: Path, what: str) -> None:
    """Publish, and print what it took; memory is that of the largest of its processes so far."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    command = [sys.executable, "-m", "bench", "publish", str(runs), "--output", str(site)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{what}: {wall:.1f} s, {cpu:.1f} s of CPU time, largest process "
        f"{after.ru_maxrss / 1024:.0f} MiB; {done.stdout.split(': ', 1)[1].strip()}"
    )


def sizes(site: Path) -> None:
    """How large the site and its index are."""
    files = [path for path in site.rglob("*") if path.is_file()]
    total = sum(path.stat().st_size for path in files)
    print(f"site: {len(files):,} files, {total / 1e6:.0f} MB")
    for name in ("index.html", "index.json", "index.csv", "feed.xml"):
        print(f"  {name}: {(site / name).stat().st_size / 1e3:,.0f} kB")


def main(count: int, folder: Path) -> None:
    """Make the runs, publish them three times."""
    runs, last = folder / "runs", folder / "last"
    with ProcessPoolExecutor() as pool:
        list(
            pool.map(make, [runs / f"run-{i:05}" for i in range(count)], range(count), chunksize=8)
        )
    shutil.rmtree(folder / "site", ignore_errors=True)
    shutil.rmtree(last, ignore_errors=True)
    (runs / "run-00000").rename(last)
    publish(runs, folder / "site", f"{count - 1:,} runs, a new site")
    last.rename(runs / "run-00000")
    publish(runs, folder / "site", "one more run")
    publish(runs, folder / "site", "nothing new")
    sizes(folder / "site")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    if len(sys.argv) > 2:
        main(wanted, Path(sys.argv[2]).resolve())
    else:
        with tempfile.TemporaryDirectory() as name:
            main(wanted, Path(name))
