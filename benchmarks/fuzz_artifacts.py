"""Feeds a fuzzer's bytes to all that reads an artifact. By hand, for as long as one likes.

    uv venv --python 3.11 FUZZ
    uv pip install --python FUZZ/bin/python atheris -r requirements/bench.txt
    FUZZ/bin/python benchmarks/fuzz_artifacts.py DIR CORPUS -max_total_time=300

DIR is a run's folder to begin from, a small one; CORPUS a folder that grows, and the rest options
of libFuzzer. An input's first byte says what the others are: a `result.json`, changes to DIR's,
verbose lines or a `SHA256SUMS`. Any exception but a refusal with exit code 5 is a finding: it is
printed, with the input in a file. atheris is in no lock: the kit does not need it.
"""

import copy
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
with atheris.instrument_imports(include=["bench"]):
    from bench.analysis.consistency import (
        evidence_problems,
        result_problems,
        summary_differences,
    )
    from bench.analysis.contradictions import contradictions
    from bench.analysis.evidence import kernels
    from bench.errors import BenchError, Exit
    from bench.model.result import Result
    from bench.report.charts.catalogue import charts
    from bench.report.document.result import result_document
    from bench.report.exports import EXPORTERS, export
    from bench.report.exports.samples import samples_csv
    from bench.report.media.console import show
    from bench.report.media.markdown import markdown
    from bench.results import checksums
    from bench.results.folder import RESULT, read
    from bench.results.schema import parse_result
    from bench.text import printable

from rich.console import Console

CHANGES = 3
"""Most changes to a result at once: of more, one makes it unreadable."""

LONGEST = 1_000_000
"""Bytes of an input: a small run's whole `result.json`."""


class Readers:
    """What reads artifacts, with a valid result: to be changed, and for its lanes."""

    def __init__(self, folder: Path) -> None:
        self.result = read(folder)
        self.tree = json.loads((folder / RESULT).read_bytes())
        self.kinds: list[Callable[[bytes], None]] = [
            self.read_result, self.read_changed, self.read_evidence, self.read_sums
        ]  # fmt: skip

    def one(self, content: bytes) -> None:
        if content:
            self.kinds[content[0] % len(self.kinds)](content[1:])

    def read_result(self, content: bytes) -> None:
        try:
            result = parse_result(content, Path(RESULT)).result
        except BenchError as error:
            if error.code != Exit.INVALID_ARTIFACT:
                raise
            return
        report(result)

    def read_changed(self, content: bytes) -> None:
        source = atheris.FuzzedDataProvider(content)
        tree = copy.deepcopy(self.tree)
        for _ in range(source.ConsumeIntInRange(1, CHANGES)):
            change(tree, source)
        self.read_result(json.dumps(tree).encode())

    def read_evidence(self, content: bytes) -> None:
        ran = kernels(content.decode(errors="replace"))
        for lane in self.result.plan.lanes:
            contradictions(lane, ran)

    def read_sums(self, content: bytes) -> None:
        sums, problems = checksums.parse(content)
        assert sums or problems


def report(result: Result) -> None:
    """Say all that is said of a result, and verify it."""
    console = Console(file=io.StringIO(), width=100, record=True)
    document = result_document(result)
    show(document, console)
    exported = [export(result, name).decode() for name in EXPORTERS]
    texts = (console.export_text(), markdown(document), samples_csv(result), *exported)
    for text in texts:
        assert printable(text) == text
    charts(result)
    list(result_problems(result))
    list(summary_differences(result))
    for process in result.processes:
        for rank in process.ranks:
            list(evidence_problems(process, rank, result.plan.lane(process.lane), ""))


def change(tree: Any, source: Any) -> None:
    """Change one value somewhere below: for another of its kind, of the tree, or none at all."""
    parent, key = tree, source.PickValueInList(list(tree))
    while (
        isinstance(parent[key], dict | list) and parent[key] and source.ConsumeProbability() < 0.9
    ):
        parent = parent[key]
        keys = list(parent) if isinstance(parent, dict) else range(len(parent))
        key = source.PickValueInList(list(keys))
    value = parent[key]
    how = source.ConsumeIntInRange(0, 5)
    if how == 0:
        del parent[key]
    elif how == 1:
        parent[key] = source.PickValueInList([None, True, [], {}, "", 0, -1, 2**64, 1e-99, 1e19])
    elif how == 2 and isinstance(parent, list):
        parent.append(copy.deepcopy(value))
    elif isinstance(value, str):
        parent[key] = source.ConsumeUnicodeNoSurrogates(40)
    elif isinstance(value, bool):
        parent[key] = not value
    elif isinstance(value, float):
        parent[key] = source.ConsumeFloatInRange(-1.0, 1e19) * source.PickValueInList([1, 1e-99])
    elif isinstance(value, int):
        parent[key] = source.ConsumeIntInRange(-1, 2 ** source.PickValueInList([2, 12, 63]))
    else:
        parent[key] = copy.deepcopy(tree[source.PickValueInList(list(tree))])


def sow(folder: Path, corpus: Path) -> None:
    """Begin the corpus from a run's folder."""
    corpus.mkdir(exist_ok=True)
    seeds = [(0, RESULT), (3, checksums.SUMS)]
    seeds += [(2, f"evidence/{path.name}") for path in (folder / "evidence").iterdir()]
    for kind, name in seeds:
        seed = bytes([kind]) + (folder / name).read_bytes()
        (corpus / name.replace("/", "-")).write_bytes(seed)
    for i in range(50):
        (corpus / f"changes-{i}").write_bytes(bytes([1]) + bytes(range(i, i + 60)))


if __name__ == "__main__":
    run, corpus = Path(sys.argv[1]), Path(sys.argv[2])
    sow(run, corpus)
    atheris.Setup(
        [sys.argv[0], str(corpus), f"-max_len={LONGEST}", *sys.argv[3:]], Readers(run).one
    )
    atheris.Fuzz()
