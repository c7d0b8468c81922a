"""The site, whole: artifacts in, pages out; only what changed is rendered and written."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench.errors import BenchError, Exit
from bench.publish.entry import RunEntry
from bench.publish.feed import feed
from bench.publish.folder import ROOT, SiteFolder, site_folder
from bench.publish.pages import TITLE, index_page, processor_page, processor_page_name
from bench.publish.prices import Prices
from bench.publish.render import Outcome, kit_sum, publish_one, rendered
from bench.publish.sources import artifacts
from bench.publish.spread import by_processor
from bench.publish.tables import index_csv, index_json
from bench.text import counted, one_line

AT_ONCE = 8
"""Processes at most: each has its own artifact in memory."""

FEW = 4
"""Artifacts that one process is quick enough for."""


@dataclass(frozen=True)
class Published:
    """What was published where, and what was left out, each with why."""

    site: Path
    runs: int
    processors: int
    written: int
    refused: list[tuple[Path, str]]
    notes: list[str]

    @property
    def code(self) -> Exit:
        """Exit code 5 if an artifact was not valid: the site is there, without it."""
        return Exit.INVALID_ARTIFACT if self.refused else Exit.DONE

    def as_text(self) -> str:
        """One line."""
        runs = f"{counted(self.runs, 'run')} of {counted(self.processors, 'processor')}"
        index = one_line(str(self.site / "index.html"))
        return f"{index}: {runs}; {counted(self.written, 'file')} written"

    def as_json(self) -> str:
        """The same with what was left out and the notes."""
        return json.dumps(
            {
                "site": str(self.site),
                "runs": self.runs,
                "processors": self.processors,
                "written": self.written,
                "refused": [{"artifact": str(path), "why": why} for path, why in self.refused],
                "notes": self.notes,
            },
            indent=1,
        )


def publish(given: Iterable[Path], site: Path, prices: Prices, url: str | None = None) -> Published:
    """Make the site of exactly these artifacts in a folder; what it had of others is removed.

    BenchError if there is nothing valid to publish (exit 5; the site then stays as it was), if a
    path has no artifact, or the folder can't be had.
    """
    paths = artifacts(given)
    _outside(paths, site)
    with site_folder(site) as folder:
        outcomes = list(_outcomes(paths, folder.path))
        runs = _runs(outcomes)
        refused = [(each.path, each.why) for each in outcomes if each.invalid]
        if not runs:
            why = f": {one_line(str(refused[0][0]))}: {refused[0][1]}" if refused else ""
            raise BenchError(
                f"none of {counted(len(paths), 'artifact')} can be published{why}",
                code=Exit.INVALID_ARTIFACT,
            )
        written = sum(each.written for each in outcomes)
        names = [name for each in outcomes for name in each.names]
        processors = _write_pages(folder, runs, prices, url)
        folder.keep_only([*ROOT, *names, *processors])
        return Published(
            site, len(runs), len(processors), written + folder.written, refused,
            [*_left_out(outcomes, runs), *prices.unused(runs)],
        )  # fmt: skip


def _write_pages(
    folder: SiteFolder, runs: list[RunEntry], prices: Prices, url: str | None
) -> list[str]:
    """Write what is made of all runs together; the names of the processors' pages."""
    processors = by_processor(runs)
    for name, own in processors.items():
        folder.write(processor_page_name(name), processor_page(name, own).encode())
    folder.write("index.json", index_json(runs, prices))
    folder.write("index.csv", index_csv(runs, prices))
    folder.write("feed.xml", feed(runs, folder.id, TITLE, url))
    folder.write("index.html", index_page(runs, prices).encode())
    return [processor_page_name(name) for name in processors]


def _outcomes(paths: Sequence[Path], site: Path) -> Iterator[Outcome]:
    """Of each artifact, in their order; several processes work on many."""
    known = rendered(site)
    # One more than there are cores: while one waits for the disk, another works.
    workers = min(AT_ONCE, len(os.sched_getaffinity(0)) + 1, len(paths) // FEW)
    kit_sum()  # once, before there are others
    if workers < 2:
        yield from (publish_one(path, site, known) for path in paths)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("fork"))
    try:
        each = len(paths)
        chunk = max(1, min(16, each // (4 * workers)))
        yield from pool.map(publish_one, paths, [site] * each, [known] * each, chunksize=chunk)
    finally:
        pool.shutdown(cancel_futures=True)


def _runs(outcomes: Iterable[Outcome]) -> list[RunEntry]:
    """Each run once, the newest first."""
    runs = {each.run.id: each.run for each in outcomes if each.run is not None}
    return sorted(runs.values(), key=lambda run: (run.started_at or "", run.id), reverse=True)


def _left_out(outcomes: Sequence[Outcome], runs: Sequence[RunEntry]) -> list[str]:
    """What is not in the site and yet not wrong: runs under way, and runs that are given twice."""
    unfinished = [each for each in outcomes if each.run is None and not each.invalid]
    notes = [f"{each.path} is left out: {each.why}" for each in unfinished]
    twice = sum(each.run is not None for each in outcomes) - len(runs)
    return notes + ([f"{counted(twice, 'artifact')} given twice: the same run"] if twice else [])


def _outside(paths: Iterable[Path], site: Path) -> None:
    """Refuse a site within a run's folder, which it would spoil."""
    at = site.resolve()
    for path in paths:
        if path.is_dir() and at.is_relative_to(path.resolve()):
            raise BenchError(f"{site} is in the run {path}", "name another folder with --output")
