"""Artifacts of strangers: whatever their bytes are, they are read or refused, and nothing else."""

import copy
import json
import os
import random
import re
import shutil
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from bench.analysis.evidence import kernels
from bench.analysis.summary import summarize
from bench.errors import BenchError, Exit
from bench.model.result import Result
from bench.report.charts.catalogue import charts, write_charts
from bench.report.document.result import result_document
from bench.report.exports.samples import samples_csv
from bench.report.media.console import show
from bench.report.media.markdown import markdown
from bench.report.render import render, render_texts
from bench.results import bounds, checksums
from bench.results.folder import RESULT, RESULT_LIMIT, read, read_evidence
from bench.results.schema import parse_result
from bench.results.verify import verify
from bench.text import printable
from tests.artifacts import consistent_result, copy_artifact
from tests.report.scenes import leaving_ipex

quickly = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
HARMFUL = "\x1b[31m\x9b2J\u202e[red]|`*<b>\n=cmd|' /c x'!A1 ](http://x)"
VALUES = [
    *(None, True, "", HARMFUL, "../../x", "/etc/passwd", "1", "NaN", [], {}, [None], [[]], {"": 0}),
    *(-1, 0, 1, 2**63, 2**64, 2**65, 10**400, 0.5, -0.0, 1e-99, 5e-324, 1e19, 1e308, -1e308),
    *(float("nan"), float("inf"), float("-inf"), [0] * 50, [-1], "fp32", "x" * 300_000),
]
WHOLE: Any = json.loads(consistent_result(rounds=1).model_dump_json())
TWO_STACKS: Any = json.loads(leaving_ipex(rounds=1).model_dump_json())
OLD = json.loads((Path(__file__).parents[1] / "recorded/artifacts/1.0-four-lanes.json").read_text())


def keys(tree: Any) -> Iterator[tuple[Any, ...]]:
    """The way to each value; of a list's values to the first and the last."""
    items = list(tree.items() if isinstance(tree, dict) else enumerate(tree))
    for key, value in items if isinstance(tree, dict) else [*items[:1], *items[1:][-1:]]:
        yield (key,)
        if isinstance(value, dict | list):
            yield from ((key, *rest) for rest in keys(value))


TREES = [
    (json.dumps(tree), list(keys(tree)))
    for tree in (WHOLE, WHOLE | {"schema_version": "2.1"}, OLD, TWO_STACKS)
]
"""As text: parsing it again is far faster than copying the tree."""


def mutated(seed: int) -> Any:
    """A valid result with a few values dropped, replaced, doubled or added: by chance, of a seed.

    Not Hypothesis's draws, which take far longer than what is tested.
    """
    chance = random.Random(seed)
    valid, ways = chance.choice(TREES)
    tree = json.loads(valid)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(ways)
        parent = tree
        try:
            for key in way:
                parent = parent[key]
            value = parent[last]
        except (LookupError, TypeError):
            continue  # an earlier change took it away
        how = chance.choice([*["same kind"] * 3, "other", "drop", "double", "add"])
        if how == "drop":
            del parent[last]
        elif how == "double" and isinstance(parent, list):
            parent.append(copy.deepcopy(value))
        elif how == "add" and isinstance(parent, dict):
            parent[chance.choice(["extra", HARMFUL])] = value
        elif how == "same kind" and not isinstance(value, dict | list | None):
            parent[last] = chance.choice(_same_kind(value))
        else:
            parent[last] = chance.choice([*VALUES, _float(chance), _text(chance)])
    return tree


def _float(chance: random.Random) -> float:
    """Any of them, each pattern of bits as likely."""
    return float(struct.unpack("d", chance.randbytes(8))[0])


def _text(chance: random.Random) -> str:
    points = [chance.choice([chance.randrange(128), chance.randrange(0xD800)]) for _ in range(8)]
    return "".join(map(chr, points[: chance.randint(0, 8)]))


def _same_kind(value: Any) -> list[Any]:
    """Values that the schema may well take for this one."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, str):
        return ["", HARMFUL, "x" * 1_000, "fp32", "completed"]
    return [0, 1, 3, 2**63] if isinstance(value, int) else [-0.5, 0.0, 1e-99, 0.5, 1.0, 1e19]


def parsed(tree: Any) -> Result:
    return parse_result(json.dumps(tree).encode(), Path("result.json")).result


def shown(result: Result) -> str:
    """All that is said of a result, as a terminal would get it."""
    console = Console(width=100, force_terminal=True, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    with console.file:
        show(result_document(result), console)
        return console.export_text()


@pytest.mark.parametrize("seeds", [range(at, at + 20) for at in range(0, 80, 20)], ids=str)
def test_a_mutated_result_is_read_and_reported_or_refused(seeds: range) -> None:
    for tree in map(mutated, seeds):
        try:
            result = parsed(tree)
        except BenchError:
            continue
        samples = result.data.spec.samples if result.data else None
        summarize(result.plan, result.processes, samples)
        charts(result)
        for text in (shown(result), markdown(result_document(result)), samples_csv(result)):
            assert printable(text) == text


def test_verifying_a_mutated_result_touches_nothing(folder: Path) -> None:
    for seed in range(25):
        (folder / RESULT).write_text(json.dumps(mutated(seed)))
        before = contents(folder.parent)
        assert verify(folder).problems
        assert contents(folder.parent) == before


@settings(quickly, max_examples=30)
@given(
    st.binary(max_size=200)
    | st.tuples(
        st.sampled_from(["1.0", "2.0", "2.1"]),
        st.recursive(st.none() | st.floats() | st.text(), st.lists),
    ).map(lambda both: json.dumps({"schema_version": both[0], "kit": both[1]}).encode())
)
def test_bytes_are_no_result(content: bytes) -> None:
    with pytest.raises(BenchError) as caught:
        parse_result(content, Path("result.json"))
    assert caught.value.code == Exit.INVALID_ARTIFACT


@quickly
@given(st.binary(max_size=400))
def test_bytes_as_checksums_give_sums_or_problems(content: bytes) -> None:
    sums, problems = checksums.parse(content)
    assert sums or problems


LINE = (
    b"onednn_verbose,v1,primitive,exec,cpu,convolution,brgconv:avx512_core,forward_training,"
    b"src:f32::blocked:acdb::f0,,alg:convolution_direct,mb16,"
)


@quickly
@given(st.lists(st.binary(max_size=40).map(LINE.__add__) | st.binary(max_size=80), max_size=9))
def test_bytes_as_evidence_give_kernels_or_none(lines: list[bytes]) -> None:
    for kernel in kernels(b"\n".join(lines).decode(errors="replace")):
        assert 0 <= kernel.milliseconds < float("inf")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[" * 100_000, "recursion limit"),
        (b'{"schema_version": "2.0", "x": ' + b"1" * 100_000 + b"}", "out of range"),
        (b'{"schema_version": "2.0", "x": {"y": [0, NaN]}}', "x.y.1: not a number that can"),
        (b'{"schema_version": "2.0", "x": 1e999}', "x: not a number that can"),
        (b"[" + b"0," * bounds.VALUES + b"0]", "more than 2,000,000 values"),
        (b'{"schema_version": "7.1"}', "follows schema 7.1; this bench reads 2.0 and 1.0"),
        (b'{"schema_version": "\x1b[31m"}', "control character"),
        (b"{}", "does not say which schema_version"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, told: str) -> None:
    with pytest.raises(BenchError, match=told.replace(".", r"\.")):
        parse_result(content, Path("result.json"))


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(_artifact(tmp_path_factory), tmp_path / "run"))


def _artifact(factory: pytest.TempPathFactory) -> Path:
    """Written once for all tests, which copy it."""
    made = factory.getbasetemp() / "artifact-to-copy"
    return made if made.exists() else copy_artifact(made, rounds=1)


def contents(folder: Path) -> dict[str, object]:
    """Every file's bytes, and what is no file, by path."""
    return {
        str(path): path.read_bytes() if path.is_file() and not path.is_symlink() else path.lstat()
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    }


def put(path: Path, what: str) -> None:
    """Something that is no regular file in a file's place."""
    path.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "socket":
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path is short
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
        os.chdir(here)
    else:
        path.symlink_to(what)


@pytest.mark.parametrize("what", ["pipe", "folder", "socket", "/dev/zero", "/etc/passwd", "x"])
@pytest.mark.parametrize("name", [RESULT, "SHA256SUMS", "evidence/round01-fp32.txt"])
def test_what_is_no_file_of_the_folder_is_not_read(name: str, what: str, folder: Path) -> None:
    (folder / "x").write_bytes((folder / name).read_bytes())
    put(folder / name, what)
    if name == RESULT:
        with pytest.raises(BenchError) as caught:
            read(folder)
        assert caught.value.code == Exit.INVALID_ARTIFACT
    if name == "SHA256SUMS":
        with pytest.raises(BenchError):
            verify(folder)
    else:
        assert any(name in problem for problem in verify(folder).problems)


def test_a_link_in_the_middle_of_a_path_is_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside"
    (folder / "evidence").rename(outside)
    (folder / "evidence").symlink_to(outside)
    rank = read(folder).processes[0].ranks[0]
    with pytest.raises(BenchError, match="in a folder of its own"):
        read_evidence(folder, rank)


def test_a_result_too_large_is_refused_unread(folder: Path) -> None:
    with (folder / RESULT).open("r+b") as file:
        file.truncate(RESULT_LIMIT + 1)
    with pytest.raises(BenchError, match="more than"):
        read(folder)


def test_nothing_is_rendered_through_links(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.report.charts.catalogue.charts", lambda result: charts(result)[:1])
    victim = folder.parent / "victim"
    victim.write_text("mine")
    for name in ("report.md", "samples.csv", "SHA256SUMS"):
        put(folder / name, str(victim))
    (folder / "charts/speedup.svg").unlink()
    (folder / "charts/speedup.svg").symlink_to(victim)
    render(read(folder), folder)
    assert victim.read_text() == "mine"
    assert not (folder / "report.md").is_symlink()
    assert not (folder / "charts/speedup.svg").is_symlink()


def test_charts_that_lead_elsewhere_are_refused(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    shutil.rmtree(folder / "charts")
    (folder / "charts").symlink_to(outside)
    with pytest.raises(BenchError, match="is a link"):
        render(read(folder), folder)
    assert list(outside.iterdir()) == []


PLAIN = {"id", "lane", "against", "baseline", "best_fp32", "log", "evidence", "schema_version"}
"""Texts that have a form of their own."""


def _literals(schema: Any) -> Iterator[list[str]]:
    if isinstance(schema, dict):
        yield schema.get("enum", [])
        yield [schema.get("const", "")]
    if isinstance(schema, dict | list):
        for each in schema.values() if isinstance(schema, dict) else schema:
            yield from _literals(each)


WORDS = {word for words in _literals(Result.model_json_schema()) for word in words}


def _make_harmful(tree: Any) -> None:
    """A text in every place that holds any, but not where a few words or a form are asked for."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in list(items):
        if isinstance(value, dict | list):
            _make_harmful(value)
        elif isinstance(value, str) and key not in PLAIN and value not in WORDS:
            tree[key] = HARMFUL


def test_text_of_strangers_is_harmless_wherever_it_is_shown(tmp_path: Path) -> None:
    tree = json.loads(consistent_result(rounds=2, failing={"fp32-ipex": HARMFUL}).model_dump_json())
    _make_harmful(tree)
    result = parsed(tree)
    render_texts(result, tmp_path)
    report = (tmp_path / "report.md").read_text()
    assert "cmd" in report
    for text in (shown(result), report):
        assert printable(text) == text
    report = re.sub(r"^(```+)\n.*?^\1$", "", report, flags=re.M | re.S)  # code is shown as it is
    for harm in ("<b>", r"(?<!\\)\]\(http", r"(?<!\\)\|(?=\\?`)", r"(?<!\\)`(?=\\?\*)"):
        assert not re.search(harm, report)
    assert "[red]" in shown(result), "markup is shown, not obeyed"
    cells = (tmp_path / "samples.csv").read_text().replace("\n", ",").split(",")
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("lane", ["=1+1", "a|b", "a\nb", "\x1b[0m", "../x", "", "x" * 65, "ü"])
def test_a_lane_that_is_not_called_as_one_is_refused(lane: str) -> None:
    text = consistent_result(rounds=1).model_dump_json()
    renamed = text.replace('"bf16-avx512"', json.dumps(lane)).encode()
    with pytest.raises(BenchError, match="is not a lane's id"):
        parse_result(renamed, Path("result.json"))


@pytest.mark.filterwarnings("ignore")  # matplotlib's, on a chart without room
def test_charts_of_extreme_figures_are_drawn(tmp_path: Path) -> None:
    tree = copy.deepcopy(WHOLE)
    for lane, times in zip(tree["summary"]["lanes"], (1e-90, 1e-90, 2.0**60, 1.0), strict=True):
        for ratio in (*lane["compute_ratios"], *lane["end_to_end_ratios"]):
            ratio |= {"value": times, "low": times, "high": times, "rounds": 2}
        for field in ("compute_samples_per_second", "epoch_seconds"):
            if lane[field]:
                lane[field] |= {"median": times, "low": times, "high": times, "rounds": 2}
        lane["phase_seconds"] = dict.fromkeys(lane["phase_seconds"], times)
    tree["host"]["cpu"]["brand"]["value"] = "x" * 200_000
    for lane in tree["plan"]["lanes"]:
        lane["setup"]["placement"]["cores"] = list(range(0, 20_000, 2))
    assert len(write_charts(parsed(tree), tmp_path)) >= 6
