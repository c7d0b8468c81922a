"""The options' words: one for each, and those that are named as defaults are."""

import re
from dataclasses import fields

import pytest
import typer
from typer.testing import CliRunner

from bench.cli.app import app
from bench.cli.options import WORDS, takes_options
from bench.errors import BenchError
from bench.plan.catalogue.lanes import DEFAULT
from bench.plan.catalogue.profiles import DEFAULT_PROFILE
from bench.plan.catalogue.workloads import DEFAULT_MODEL
from bench.plan.options import LIMITS, Options


@pytest.fixture
def asked():
    """What a command got, called with these words."""
    got = []
    app = typer.Typer()

    @app.command()
    @takes_options
    def command(options: Options, json: bool = False) -> None:
        got.append(options)

    def ask(*words):
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return got[-1]

    return ask


def test_every_option_has_its_words():
    assert WORDS.keys() == {field.name for field in fields(Options)}


@pytest.mark.parametrize(
    ("option", "name"), [("profile", DEFAULT_PROFILE), ("model", DEFAULT_MODEL)]
)
def test_what_you_get_without_is_what_the_help_says(option, name):
    assert re.search(rf"\b{name} \(what you get without\)", WORDS[option].help)


def test_without_words_every_option_is_its_default(asked, monkeypatch):
    for name in ("PROFILE", "MODEL", "LANES", "DATA"):
        monkeypatch.delenv(f"BENCH_{name}", raising=False)
    assert asked() == Options()


def test_every_word_arrives(asked):
    options = asked(
        *("-p", "quick", "-m", "vit_b_16", "-l", "fp32", "-l", "bf16-amx", "--data", "folder:x"),
        *("--stack", "a=/b", "--stack", "c=/d"),
        *(
            "--cores",
            "0-3",
            "--node",
            "1",
            "--batch-size",
            "4",
            "--image-size",
            "64",
            "--rounds",
            "3",
            "--time-budget",
            "9.5",
        ),
        *("--target-precision", "0.1", "--lane-limit", "77", "--seed", "5", "--json"),
    )
    assert options == Options(
        profile="quick",
        model="vit_b_16",
        lane=["fp32", "bf16-amx"],
        stack=["a=/b", "c=/d"],
        data="folder:x",
        cores="0-3",
        node=1,
        batch_size=4,
        image_size=64,
        rounds=3,
        time_budget=9.5,
        target_precision=0.1,
        lane_limit=77,
        seed=5,
    )


def test_what_to_train_comes_from_the_environment_where_it_is_not_said(asked, monkeypatch):
    monkeypatch.setenv("BENCH_MODEL", "resnet18")
    assert asked().model == "resnet18"
    assert asked("-m", "vit_b_16").model == "vit_b_16"


NUMBERS = [f"--{name.replace('_', '-')}" for name in LIMITS]


@pytest.mark.parametrize("option", NUMBERS)
@pytest.mark.parametrize(
    "value",
    ["inf", "nan", "-1", "1e308", "", "x", "1" + "0" * 400, "1_6", "١٦", " 16", "²", "16\n"],
)
def test_a_number_that_is_none_is_a_usage_error_that_repeats_it(option, value):
    error = CliRunner().invoke(app, ["plan", f"{option}={value}"]).exception
    assert isinstance(error, BenchError)
    assert error.code == 2
    assert error.cause.startswith(f"{option} {value or repr(value)}") or repr(value) in error.cause


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lane", ""], "--lane '' names no lane"),
        (["--lane", "nope"], "--lane nope"),
        (["--cores", "3-1"], "--cores '3-1'"),
        (["--cores", ""], "--cores ''"),
        (["--profile", ""], "--profile ''"),
        (["--model", " "], "--model ' '"),
        (["--cores", "٣"], "--cores '٣'"),
    ],
)
def test_a_word_that_is_none_is_a_usage_error_that_repeats_it(words, said):
    error = CliRunner().invoke(app, ["plan", *words]).exception
    assert isinstance(error, BenchError)
    assert error.code == 2
    assert said in error.cause


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--cores", "0,9999"], "--cores 0,9999: not there"), (["--node", "999"], "--node 999:")],
)
def test_cores_that_are_not_there_can_not_be_had(words, said):
    error = CliRunner().invoke(app, ["plan", *words]).exception
    assert isinstance(error, BenchError)
    assert error.code == 3
    assert said in error.cause


@pytest.mark.parametrize("json", [False, True])
def test_a_plan_without_a_lane_shows_each_with_its_reason_before_the_error(json):
    done = CliRunner().invoke(app, ["plan", "--batch-size", "1000000", *["--json"] * json])
    assert isinstance(done.exception, BenchError)
    assert done.exception.code == 3
    for lane in DEFAULT:
        assert lane in done.stdout
    assert "needs about" in done.stdout or "not" in done.stdout
