"""A site of many runs: what is in it, what is left out, and what a second call writes."""

import csv
import json
import re
import shutil
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from bench.errors import BenchError, Exit
from bench.publish.folder import MARKER
from bench.publish.prices import Prices, read_prices
from bench.publish.site import publish
from bench.results.pack import write as pack
from tests.host_factory import known
from tests.publish.examples import PROCESSORS, example, write_example

HOSTILE = "<script>alert(1)</script>\"'\\ ../../x \u202e\x00{{ 7*7 }} =1+1"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """Three runs of other processors, and a functional check."""
    folder = tmp_path_factory.mktemp("made") / "results"
    for number in range(2, 5):
        write_example(folder / f"run-{number}", example(number))
    check = example(7, rounds=1, functional_check=True, profile="smoke")
    write_example(folder / "check", check)
    (folder / "latest").symlink_to("run-2")
    return folder


@pytest.fixture(scope="module")
def site(runs, tmp_path_factory) -> Path:
    site = tmp_path_factory.mktemp("public") / "deep" / "site"
    publish([runs], site, read_prices(["Intel Xeon 6787P (example)=8"]), "https://example.org/x/")
    return site


@pytest.fixture
def own(runs, site, tmp_path) -> tuple[Path, Path]:
    """The runs and the site, to be changed."""
    shutil.copytree(runs, tmp_path / "results", symlinks=True)
    shutil.copytree(site, tmp_path / "site")
    return tmp_path / "results", tmp_path / "site"


def files(site: Path) -> dict[str, tuple[int, int]]:
    every = (path for path in site.rglob("*") if path.is_file())
    return {str(p.relative_to(site)): (p.stat().st_ino, p.stat().st_mtime_ns) for p in every}


def entries(site: Path) -> list[dict]:
    return json.loads((site / "index.json").read_text())["runs"]


def rows(site: Path) -> list[dict]:
    with (site / "index.csv").open() as file:
        return list(csv.DictReader(file))


class Links(HTMLParser):
    """The addresses in a page, and its ids."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.to += [given[name] for name in ("href", "src") if name in given]
        self.ids |= {given["id"]} if "id" in given else set()


def test_every_link_is_relative_and_leads_somewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) == 1 + 4 + 3
    for page in pages:
        links = Links(page)
        assert links.to
        for to in links.to:
            path, _, anchor = to.partition("#")
            assert not re.match(r"[a-z]+:|/", path), to
            assert (page.parent / unquote(path)).exists(), to
            assert not anchor or path or anchor in links.ids


def test_each_run_has_a_page_an_archive_and_its_steps(site):
    for run in entries(site):
        page = (site / run["page"]).read_text()
        assert run["sum"] in page
        assert ("functional check" in page.lower()) == run["functional_check"]
        assert (site / run["archive"]).read_bytes().startswith(b"PK")
        assert (site / run["samples"]).read_text().startswith("round,")


def test_functional_checks_are_in_no_ranking(site):
    index = (site / "index.html").read_text()
    board, after = index.split('id="board"')[1].split("</table>")
    checks = [run for run in entries(site) if run["functional_check"]]
    assert len(checks) == 1
    assert checks[0]["page"] not in board
    assert checks[0]["page"] in after
    assert all(run["page"] in board for run in entries(site) if not run["functional_check"])
    assert {row["functional_check"] for row in rows(site)} == {"True", "False"}


def test_the_leaderboard_is_of_every_measured_lane_the_fastest_first(site):
    ranked = [r for r in rows(site) if r["functional_check"] == "False"]
    index = (site / "index.html").read_text()
    body = index.split("<tbody>")[1].split("</tbody>")[0].strip().split("\n")
    body = [line for line in body if line]
    assert len(body) == len(ranked) == 12
    rates = [float(line.split("<td>")[5].split("<")[0]) for line in body]
    assert rates == sorted(rates, reverse=True)
    best = max(ranked, key=lambda row: float(row["samples_per_second"]))
    assert best["page"] in body[0]
    assert best["lane"] == "bf16-amx"


def test_figures_are_a_host_s_a_core_s_a_socket_s_and_a_dollar_s(site):
    for row in rows(site):
        rate, cores = float(row["samples_per_second"]), int(row["cores"])
        assert float(row["samples_per_second_per_core"]) == pytest.approx(rate / cores)
        whole = cores == int(row["host_cores"])
        assert bool(row["samples_per_second_per_socket"]) == whole
        if row["processor"] == "Intel Xeon 6787P (example)":
            assert float(row["samples_per_dollar"]) == pytest.approx(rate * 3600 / 8)
        else:
            assert row["samples_per_dollar"] == ""


def test_a_second_call_writes_nothing(own):
    runs, site = own
    prices = Prices({"intel xeon 6787p (example)": 8.0})
    before = files(site)
    assert publish([runs], site, prices, "https://example.org/x/").written == 0
    assert files(site) == before


def test_one_more_run_writes_what_it_changes(own):
    runs, site = own
    before = files(site)
    write_example(runs / "run-9", example(9))
    done = publish([runs], site, Prices())
    assert done.runs == 5
    assert done.code == Exit.DONE
    new = files(site)
    changed = {name for name in new if new[name] != before.get(name)}
    (page,) = (r["page"] for r in entries(site) if r["page"] not in before)
    assert {name.rpartition(".")[0] for name in changed if name.startswith("runs/")} == {page[:-5]}
    assert len([name for name in changed if name.startswith("processors/")]) == 1


def test_a_run_that_is_no_longer_given_is_gone_and_what_is_not_bench_s_stays(own):
    runs, site = own
    theirs = ("CNAME", "runs/mine.txt", "processors/about.html")
    for name in theirs:
        (site / name).write_text("mine")
    (site / "runs" / f".{'0' * 16}.html.0a1b2c3d").write_text("killed while this was written")
    done = publish([runs / "run-2", runs / "run-3"], site, Prices())
    assert done.runs == 2
    assert all((site / name).read_text() == "mine" for name in theirs)
    assert len(list((site / "runs").iterdir())) == 2 * 4 + 1
    assert len(list((site / "processors").iterdir())) == 2 + 1


@pytest.mark.parametrize("harm", ["cut", "emptied", "gone", "no entry", "another kit's"])
def test_what_is_half_written_is_completed(harm, own):
    runs, site = own
    run = entries(site)[0]
    page, entry = site / run["page"], site / run["page"].replace(".html", ".json")
    whole = page.read_bytes()
    match harm:
        case "cut":
            page.write_bytes(whole[:1000])
        case "emptied":
            page.write_bytes(b"")
        case "gone":
            page.unlink()
        case "no entry":
            entry.unlink()
            page.unlink()
        case "another kit's":
            page.write_bytes(b"by another")
            entry.write_text(entry.read_text().replace('"bench":"', '"bench":"other'))
    assert publish([runs], site, Prices()).runs == 4
    assert page.read_bytes() == whole
    assert entry.exists()


@pytest.mark.parametrize("name", ["index.html", "runs", "feed.xml"])
def test_a_folder_with_somebody_s_files_of_such_names_is_refused(name, runs, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / name).write_text("mine")
    with pytest.raises(BenchError, match=f"file or folder {name} that is not bench's"):
        publish([runs], tmp_path / "site", Prices())
    assert [path.name for path in (tmp_path / "site").iterdir()] == [name]


def test_no_link_in_the_site_s_folder_is_followed(runs, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "away").mkdir()
    shutil.copy(runs / "run-2" / "result.json", tmp_path / "site" / MARKER)
    with pytest.raises(BenchError):
        publish([runs], tmp_path / "site", Prices())
    (tmp_path / "site" / MARKER).write_text('{"id": "0b2f5a0e-1111-4222-8333-444455556666"}')
    (tmp_path / "site" / "runs").symlink_to(tmp_path / "away")
    with pytest.raises(BenchError, match="is a link"):
        publish([runs], tmp_path / "site", Prices())
    assert list((tmp_path / "away").iterdir()) == []


def test_what_is_not_valid_is_refused_with_the_reason_and_the_rest_published(own):
    runs, site = own
    path = runs / "run-3" / "result.json"
    path.write_text(path.read_text().replace('"quick"', '"quack"'))
    (runs / "run-9").mkdir()
    (runs / "run-9" / "result.json").write_text("{")
    done = publish([runs], site, Prices())
    assert done.code == Exit.INVALID_ARTIFACT
    assert done.runs == 3
    said = {path.name: why for path, why in done.refused}
    assert said["run-3"] == "result.json: changed since it was summed"
    assert "not a valid result" in said["run-9"]
    assert len(entries(site)) == 3


def test_a_site_stays_when_nothing_can_be_published(own, tmp_path):
    _, site = own
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "result.json").write_text("{}")
    before = files(site)
    with pytest.raises(BenchError) as refused:
        publish([tmp_path / "bad"], site, Prices())
    assert refused.value.code == Exit.INVALID_ARTIFACT
    assert files(site) == before


def test_a_run_under_way_is_left_out_and_nothing_wrong_with_it(own):
    runs, site = own
    result = example(9)
    result.status, result.finished_at = "running", None
    write_example(runs / "run-9", result)
    done = publish([runs], site, Prices())
    assert (done.runs, done.refused) == (4, [])
    assert any("run-9 is left out: the run has not ended" in note for note in done.notes)


def test_an_archive_is_published_as_its_folder_is_and_once(own, tmp_path):
    runs, site = own
    result = example(2)
    pack(runs / "run-2", result, tmp_path / "run-2.zip")
    before = {run["page"] for run in entries(site)}
    done = publish([runs, tmp_path / "run-2.zip"], site, Prices())
    assert "1 artifact given twice: the same run" in done.notes
    assert {run["page"] for run in entries(site)} == before
    alone = publish([tmp_path / "run-2.zip"], site, Prices())
    assert alone.runs == 1
    assert entries(site)[0]["page"] in before
    assert publish([tmp_path / "run-2.zip"], site, Prices()).written == 0


def test_figures_of_another_analysis_are_drawn_anew(tmp_path):
    """They can't be verified: a stranger could have written any."""
    result = example(2)
    honest = result.summary.lanes[0].compute_samples_per_second.median
    result.summary.method.version = "0.1"
    for lane in result.summary.lanes:
        rate = lane.compute_samples_per_second
        rate.median, rate.high = 1e6, 2e6
    publish([write_example(tmp_path / "run", result)], tmp_path / "site", Prices())
    (run,) = entries(tmp_path / "site")
    assert run["redrawn"]
    assert run["lanes"][0]["compute"]["median"] == pytest.approx(honest)
    assert "drawn anew" in (tmp_path / "site" / run["page"]).read_text()
    assert "1000000" not in (tmp_path / "site" / "index.html").read_text()


def test_hostile_strings_are_text_and_name_no_file(tmp_path):
    result = example(2)
    result.host.cpu.brand = known(HOSTILE)
    result.host.id = result.kit.version = HOSTILE
    lanes = [
        lane.model_copy(
            update={"workload": lane.workload.model_copy(update={"unit": '"}*{', "title": HOSTILE})}
        )
        for lane in result.plan.lanes
    ]
    result.plan = result.plan.model_copy(update={"lanes": lanes, "profile": HOSTILE})
    site = tmp_path / "here" / "site"
    done = publish([write_example(tmp_path / "run", result)], site, Prices())
    assert done.refused == []
    assert {path.name for path in tmp_path.iterdir()} == {"run", "here"}
    for name in files(site):
        assert re.fullmatch(r"[a-z]+/[a-z0-9.-]+|[a-z.-]+", name), name
    for page in site.rglob("*.html"):
        text = page.read_text()
        assert "alert(1)</script>" not in text
        assert '"}*{' not in text
        assert "\u202e" not in text
        assert "{{ 7*7 }}" in text
    assert ET.parse(site / "feed.xml").getroot().tag == f"{ATOM}feed"
    assert all(
        not value.startswith(("=", "+", "@")) for row in rows(site) for value in row.values()
    )


def test_the_feed_is_atom(site):
    feed = ET.parse(site / "feed.xml").getroot()
    assert feed.get("{http://www.w3.org/XML/1998/namespace}base") == "https://example.org/x/"
    dates = [each.find(f"{ATOM}updated").text for each in feed.iter(f"{ATOM}entry")]
    assert dates == sorted(dates, reverse=True)
    assert feed.find(f"{ATOM}updated").text == dates[0]
    ids = [each.text for each in feed.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == 1 + 4
    uuid = r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert all(re.fullmatch(uuid, each) for each in ids)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each) for each in dates)
    for each in (feed, *feed.iter(f"{ATOM}entry")):
        assert each.find(f"{ATOM}title").text
        for link in each.findall(f"{ATOM}link"):
            assert (site / link.get("href")).exists()
    assert feed.find(f"{ATOM}author/{ATOM}name").text


def test_a_processor_s_page_tells_how_far_its_runs_are_apart(own):
    runs, site = own
    write_example(runs / "run-again", example(2 + 15))  # the same processor and cores
    publish([runs], site, Prices())
    name = "Intel Xeon Platinum 8480+ (example)"
    ours = [r for r in rows(site) if (r["processor"], r["lane"], r["cores"]) == (name, "fp32", "8")]
    first, second = sorted(float(r["samples_per_second"]) for r in ours)
    (page,) = (site / "processors").glob("intel-xeon-platinum-8480-*.html")
    width = f"{200 * (second - first) / (second + first):.0f} %"
    row = re.search(r"<tr[^>]*>\s*<th[^>]*>\s*<span[^>]*>.{0,200}?fp32</span>.*?</tr>",
                    page.read_text(), re.DOTALL)  # fmt: skip
    assert row
    assert width in row[0]


def test_every_processor_of_the_examples_has_its_generation(site):
    by_name = {run["processor"]: run["generation"] for run in entries(site)}
    assert by_name == {
        "Intel Xeon Platinum 8480+ (example)": "Sapphire Rapids",
        "Intel Xeon Platinum 8592+ (example)": "Emerald Rapids",
        "Intel Xeon 6787P (example)": "Granite Rapids",
    }
    assert len(PROCESSORS) == 5
