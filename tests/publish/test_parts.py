"""What a site's parts are made of: processors' names, prices, artifacts given."""

import pytest

from bench.errors import BenchError, Exit
from bench.publish.entry import _utc, digest_of, entry_of
from bench.publish.leaderboard import leaderboard
from bench.publish.prices import Prices, read_prices
from bench.publish.processors import processor_name
from bench.publish.sources import artifacts
from bench.publish.spread import groups
from bench.publish.tables import index_csv
from tests.host_factory import known, make_host, unknown
from tests.report.scenes import leaving_ipex


@pytest.mark.parametrize(
    ("brand", "name"),
    [
        ("INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz", "Intel Xeon Platinum 8581C"),
        ("Intel(R) Xeon(R) Gold 6430", "Intel Xeon Gold 6430"),
        ("Intel(R) Xeon(R) Processor @ 2.70GHz", "Intel Xeon"),
        ("AMD EPYC 7B13", "AMD EPYC 7B13"),
        ("AMD EPYC 9B14 96-Core Processor", "AMD EPYC 9B14 96-Core"),
        ("CPU @ 2GHz", "CPU @ 2GHz"),
        (None, "x86_64 of unknown name"),
        ("  ", "x86_64 of unknown name"),
    ],
)
def test_a_processor_s_name_is_written_one_way(brand, name):
    cpu = make_host().cpu
    cpu.brand = unknown("no such line") if brand is None else known(brand)
    assert processor_name(cpu) == name


def test_prices_are_read_from_words_and_lines(tmp_path):
    file = tmp_path / "prices"
    file.write_text("# by the hour\nIntel Xeon Gold 6430 = 2.10\n\nAMD EPYC 7B13=1  # spot\n")
    prices = read_prices(["intel xeon gold 6430=3", "a=b=4.5"], file)
    assert prices.by_name == {"intel xeon gold 6430": 3.0, "amd epyc 7b13": 1.0, "a=b": 4.5}


@pytest.mark.parametrize("word", ["", "6430", "x=", "=2", "x=-1", "x=0", "x=nan", "x=inf", "x=1,5"])
def test_what_is_no_price_is_a_usage_error(word):
    with pytest.raises(BenchError, match="no price") as wrong:
        read_prices([word])
    assert wrong.value.code == Exit.USAGE


def test_a_price_file_that_is_none_is_a_usage_error(tmp_path):
    (tmp_path / "prices").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "prices", tmp_path / "nowhere"):
        with pytest.raises(BenchError, match="can't be read") as wrong:
            read_prices([], path)
        assert wrong.value.code == Exit.USAGE


def test_a_folder_stands_for_the_runs_in_it(tmp_path):
    for name in ("a", "b", ".hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "result.json").touch()
    (tmp_path / "c.zip").touch()
    (tmp_path / "d").mkdir()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "latest").symlink_to("a")
    every = [tmp_path / name for name in ("a", "b", "c.zip")]
    assert artifacts([tmp_path]) == every
    assert artifacts([tmp_path / "latest", tmp_path]) == every
    for nothing in ("d", "nowhere"):
        with pytest.raises(BenchError, match=r"has no result\.json"):
            artifacts([tmp_path / nothing])


@pytest.mark.parametrize(
    ("given", "time"),
    [
        ("2026-11-23T09:30:00+00:00", "2026-11-23T09:30:00Z"),
        ("2026-11-23T10:30:00.75+01:00", "2026-11-23T09:30:00Z"),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_is_utc_or_not_known(given, time):
    assert _utc(given) == time


def test_a_run_of_two_stacks_has_each_lane_with_its_own_release():
    run = entry_of(leaving_ipex(rounds=3), digest_of(b""), redrawn=False)
    stacks = {group.lane: group.torch for group in groups([run])}
    assert stacks["fp32-ipex"] == "ipex, torch 2.8.0"
    assert stacks["fp32-compile"] == "torch, torch 2.14.1"
    board = leaderboard([run], Prices())
    lanes = [
        dict(zip([x.title for x in board.heads], row.cells, strict=True)) for row in board.rows
    ]
    assert len(lanes) == len(run.lanes) == 11
    assert lanes[0]["Lane"] == ("bf16-amx-compile", "")
    assert b"fp32-bf16math-amx" in index_csv([run], Prices())
