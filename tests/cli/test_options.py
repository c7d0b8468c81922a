"""The options' words: one for each, and those that are named as defaults are."""

import re
from dataclasses import fields

import pytest
import typer
from typer.testing import CliRunner

from bench.cli.options import WORDS, takes_options
from bench.plan.catalogue.profiles import DEFAULT_PROFILE
from bench.plan.catalogue.workloads import DEFAULT_MODEL
from bench.plan.options import Options


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
        *("--batch-size", "4", "--image-size", "64", "--rounds", "3", "--time-budget", "9.5"),
        *("--target-precision", "0.1", "--lane-limit", "77", "--seed", "5", "--json"),
    )
    assert options == Options(
        profile="quick",
        model="vit_b_16",
        lane=["fp32", "bf16-amx"],
        data="folder:x",
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
