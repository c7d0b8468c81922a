"""One artifact's part of a site: verified, then its page, its archive, its samples and its entry.

The entry's file is written last, and tells the sums of the others: what a killed process left
half-written is rendered again.
"""

import hashlib
import importlib.resources
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import Field, ValidationError

import bench
from bench.analysis.consistency import drawn_by_another
from bench.analysis.summary import summarize
from bench.errors import BenchError
from bench.model.base import Fact
from bench.model.result import Result
from bench.publish.entry import RunEntry, digest_of, entry_of
from bench.publish.folder import RUNS, put
from bench.publish.pages import run_page
from bench.publish.sources import as_summed, source_sum
from bench.report.exports.samples import samples_csv
from bench.results.archive import artifact
from bench.results.files import read_file
from bench.results.folder import RESULT, RESULT_LIMIT, write_bytes
from bench.results.pack import write as pack
from bench.results.schema import parse_result
from bench.results.verify import verify_read
from bench.text import one_line


class Rendered(Fact):
    """What was rendered of a run, and from what: the content of `runs/<id>.json`."""

    bench: str = Field(description="the kit's version and the sum of its files")
    source: str = Field(description="the sum that the artifact had when it was verified")
    files: dict[str, str] = Field(description="SHA-256 of each file of the site, by name")
    run: RunEntry


@dataclass(frozen=True)
class Outcome:
    """What became of an artifact: its run, or why it is left out. `invalid`: it is no valid one."""

    path: Path
    run: RunEntry | None = None
    why: str = ""
    invalid: bool = False
    written: int = 0
    names: tuple[str, ...] = ()


def publish_one(path: Path, site: Path, known: dict[str, str]) -> Outcome:
    """Verify an artifact and render its part of the site, unless that was done.

    `known` are the ids of the runs in the site, by the sums of what they came from. Whatever is
    wrong with an artifact is its own matter, and told in the outcome: the others go on.
    """
    try:
        source = source_sum(path)
        done = _rendered(site, known.get(source, ""), source)
        if done is not None and as_summed(path):
            return Outcome(path, done.run, names=_names(done))
        with artifact(path) as folder:
            return _publish(path, folder, site, source)
    except BenchError as error:
        return Outcome(path, why=one_line(error.cause), invalid=True)
    except OSError as error:
        return Outcome(path, why=one_line(f"it can't be read: {error}"), invalid=True)
    except Exception as error:  # a stranger's artifact must not take the whole site down
        why = f"bench itself is at fault: {type(error).__name__}: {error}"
        return Outcome(path, why=one_line(why), invalid=True)


def rendered(site: Path) -> dict[str, str]:
    """The ids of the runs that are in a site, by the sums of what they came from."""
    known = {}
    for path in sorted((site / RUNS).glob("*.json")):
        try:
            done = Rendered.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        known[done.source] = path.stem
    return known


def _publish(path: Path, folder: Path, site: Path, source: str) -> Outcome:
    content = read_file(folder, RESULT, RESULT_LIMIT)
    read = parse_result(content, folder / RESULT)
    result = read.result
    if result.status == "running":
        return Outcome(path, why="the run has not ended, or nobody told its folder that it has")
    verified = verify_read(folder, read)
    if verified.problems:
        more = len(verified.problems) - 1
        also = f", and {more} more: see bench verify" if more else ""
        return Outcome(path, why=f"{verified.problems[0]}{also}", invalid=True)
    result, redrawn = _by_this_analysis(result)
    checked = f"Verified before it was published: {verified.checked}."
    notes = [checked, *verified.notes, *([REDRAWN] if redrawn else [])]
    run = entry_of(result, digest_of(content), redrawn=redrawn)
    at = f"{RUNS}/{run.id}"
    files = {
        f"{at}.html": run_page(result, run, notes).encode(),
        f"{at}.csv": samples_csv(result).encode(),
    }
    written = sum(put(site, name, content) for name, content in files.items())
    pack(folder, result, site / f"{at}.zip")
    sums = {name: digest_of(content) for name, content in files.items()}
    sums[f"{at}.zip"] = digest_of((site / f"{at}.zip").read_bytes())
    done = Rendered(bench=kit_sum(), source=source, files=sums, run=run)
    write_bytes(site / f"{at}.json", done.model_dump_json().encode() + b"\n")
    return Outcome(path, run, written=written + 2, names=_names(done))


REDRAWN = (
    "Another version of the analysis drew this run's conclusions. What is here was drawn anew from "
    "its raw steps, by the analysis that all runs of this site share."
)


def _by_this_analysis(result: Result) -> tuple[Result, bool]:
    """The result with conclusions that this kit's analysis drew, and whether it drew them anew.

    Those of another analysis can't be verified, and figures that are ranked must be.
    """
    if drawn_by_another(result) is None:
        return result, False
    samples = result.data.spec.samples if result.data else None
    drawn = summarize(result.plan, result.processes, samples)
    return result.model_copy(update={"summary": drawn}), True


def _rendered(site: Path, run: str, source: str) -> Rendered | None:
    """What this kit rendered from that source before, if every file of it is still the same."""
    if not run or not source:
        return None
    try:
        done = Rendered.model_validate_json((site / RUNS / f"{run}.json").read_bytes())
        same = (done.bench, done.source) == (kit_sum(), source) and all(
            digest_of((site / name).read_bytes()) == expected
            for name, expected in done.files.items()
        )
    except (OSError, ValidationError):
        return None
    return done if same else None


def _names(done: Rendered) -> tuple[str, ...]:
    return (*done.files, f"{RUNS}/{done.run.id}.json")


@lru_cache
def kit_sum() -> str:
    """The kit's version and the sum of all its files: another kit may say things differently."""
    digest = hashlib.sha256()
    for name, file in sorted(_files(importlib.resources.files(bench), "")):
        digest.update(f"{name}\n".encode())
        digest.update(file.read_bytes())
    return f"{bench.__version__}+{digest.hexdigest()[:16]}"


def _files(folder: Traversable, below: str) -> list[tuple[str, Traversable]]:
    files = []
    for each in folder.iterdir():
        if each.is_dir() and each.name != "__pycache__":
            files += _files(each, f"{below}{each.name}/")
        elif each.is_file():
            files.append((f"{below}{each.name}", each))
    return files
