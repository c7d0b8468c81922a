"""A published site in a real Chromium, from its files, with and without JavaScript."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from bench.publish.prices import read_prices
from bench.publish.site import publish
from tests.browser.pages import WIDTHS, Opened
from tests.lanes import make_workload
from tests.publish.examples import example, write_example
from tests.report.scenes import replan

pytestmark = pytest.mark.browser

BOARD = """() => [...document.querySelectorAll("#board tbody tr")]
    .map(row => [...row.cells].map(cell => cell.firstChild.textContent))"""
SHOWN = "() => document.querySelector('[role=status]').textContent"
PROCESSOR, LANE, WORKLOAD, BATCH, CORES, RATE = range(6)
LANES = 4 * 2 + 3 * 4


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Seven runs of five processors, one of another workload; a functional check; a price."""
    folder = tmp_path_factory.mktemp("site")
    for number in range(7):
        result = example(number, batch=32 if number == 2 else 16)
        if number == 3:
            small = make_workload(model="resnet18", title="ResNet-18")
            replan(result, [x.model_copy(update={"workload": small}) for x in result.plan.lanes])
        write_example(folder / "runs" / f"run-{number}", result)
    check = example(7, rounds=1, functional_check=True, profile="smoke")
    write_example(folder / "runs" / "check", check)
    prices = read_prices(["Intel Xeon 6787P (example)=6.5"])
    publish([folder / "runs"], folder / "site", prices)
    return folder / "site"


@pytest.fixture(params=["index.html", "processors", "runs"])
def page(request, site: Path) -> Path:
    """A page of each kind."""
    path = site / request.param
    return path if path.suffix else max(path.glob("*.html"), key=lambda each: each.stat().st_size)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_ask_for_nothing_and_can_be_read(page, width, dark, browse):
    seen = browse(page, width, dark=dark)
    assert seen.quiet, (seen.errors, seen.requests, seen.dialogs)
    assert seen.overflowing() == []
    assert seen.overlapping() == []
    assert seen.violations() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_without_javascript_all_is_there(site, width, browse):
    seen = browse(site / "index.html", width, javascript=False)
    assert seen.quiet
    assert seen.page.locator("#board tbody tr").count() == LANES
    assert seen.page.locator("#board tbody tr").last.is_visible()
    assert seen.page.locator("select, button").count() == 0


def table(seen: Opened) -> list[list[str]]:
    return seen.page.evaluate(BOARD)


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_most_frequent_workload_is_what_is_shown_first(site, browse):
    seen = browse(site / "index.html")
    assert {row[WORKLOAD] for row in table(seen)} == {"ResNet-50 224²"}
    seen.page.get_by_role("button", name="Show all").click()
    assert {row[WORKLOAD] for row in table(seen)} == {"ResNet-50 224²", "ResNet-18 224²"}


@pytest.mark.parametrize(
    ("label", "choice", "column"),
    [
        ("Lane", "bf16-amx", LANE),
        ("Processor", "Intel Xeon 6787P (example)", PROCESSOR),
        ("Batch", "32", BATCH),
        ("Cores", "16", CORES),
        ("Workload", "ResNet-18 224²", WORKLOAD),
    ],
)
def test_filters_leave_what_was_chosen(label, choice, column, site, browse):
    seen = browse(site / "index.html")
    whole = len(table(seen))
    seen.page.get_by_label(label, exact=True).select_option(choice)
    rows = table(seen)
    assert rows
    assert {row[column] for row in rows} == {choice}
    assert len(rows) < whole or label == "Workload"
    assert seen.page.evaluate(SHOWN).startswith(f"{len(rows)} of ")
    assert seen.quiet


def test_a_heading_sorts_and_sorts_back(site, browse):
    seen = browse(site / "index.html")
    button = seen.page.get_by_role("button", name="img/s a core")
    column = [x.strip() for x in seen.page.locator("#board th").all_inner_texts()].index(
        "img/s a core"
    )
    for turned, sort in ((True, "descending"), (False, "ascending")):
        button.click()
        values = [number(row[column]) for row in table(seen)]
        assert values == sorted(values, reverse=turned)
        assert seen.page.locator(f"th[aria-sort={sort}]").inner_text().startswith("img/s a core")


def test_what_is_not_known_comes_last_either_way(site, browse):
    seen = browse(site / "index.html")
    for _ in range(2):
        seen.page.get_by_role("button", name="img a dollar").click()
        known = [row[-2] != "–" for row in table(seen)]
        assert any(known)
        assert known == sorted(known, reverse=True)


def test_a_view_can_be_sent(site, browse):
    first = browse(site / "index.html")
    first.page.get_by_label("Lane", exact=True).select_option("fp32-ipex")
    first.page.get_by_label("Sort by").select_option(label="Date")
    address = first.page.url
    assert "Lane=fp32-ipex" in unquote(address)
    rows = table(first)
    second = browse(site / "index.html")
    second.page.goto("about:blank")
    second.page.goto(address)
    assert table(second) == rows
    assert second.page.get_by_label("Lane", exact=True).input_value() == "fp32-ipex"


def test_long_lists_come_in_parts(site, tmp_path, browse):
    text = (site / "index.html").read_text()
    head, body, rest = text.partition("<tbody>\n")
    rows, _, rest = rest.partition("</tbody>")
    (tmp_path / "index.html").write_text(f"{head}{body}{rows * 12}</tbody>{rest}")
    seen = browse(tmp_path / "index.html")
    seen.page.get_by_role("button", name="Show all").click()
    assert len(table(seen)) == 100
    seen.page.get_by_role("button", name="Show 100 more").click()
    assert len(table(seen)) == 200


def test_a_script_of_somebody_else_does_not_run(site, tmp_path, browse):
    text = (site / "index.html").read_text()
    evil = '<script>document.title = "evil"</script><img src=x onerror="document.title = \'evil\'">'
    (tmp_path / "index.html").write_text(text.replace("<main>", f"<main>{evil}"))
    seen = browse(tmp_path / "index.html")
    assert seen.page.title() != "evil"
    assert any("Content Security Policy" in each for each in seen.errors)
    assert table(seen), "the site's own runs"


def test_pages_lead_to_each_other(site, browse):
    seen = browse(site / "index.html")
    seen.page.locator("#board a").first.click()
    seen.page.wait_for_url("**/runs/*.html")
    assert seen.page.get_by_role("link", name="Artifact (zip)").count() == 1
    seen.page.get_by_role("navigation", name="Site").get_by_role("link").nth(1).click()
    seen.page.wait_for_url("**/processors/*.html")
    seen.page.get_by_role("link", name="All runs").click()
    seen.page.wait_for_url("**/index.html*")
    assert seen.errors == []
