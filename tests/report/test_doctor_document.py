"""The doctor's view: what stands where, that commands are whole, and that colour says nothing."""

import io
import json

import pytest
from rich.console import Console

from bench.doctor import diagnose
from bench.doctor.finding import Topic
from bench.report.document.doctor import doctor_document, doctor_json
from bench.report.media.console import show
from tests.doctor.cases import make_case
from tests.doctor.test_diagnose import worst
from tests.host_factory import make_host

TOPIC = Topic("turbo", "It matters for the number.")
LONG = "sudo " + "x" * 200
FINDINGS = [
    TOPIC.ok("on [bold]and[/bold] \x1b[31mred"),
    TOPIC.unknown("masked"),
    TOPIC.warning("off", ["# on the host", "echo [1]", LONG]),
    TOPIC.failure("gone", ["echo 2"]),
]


def shown(findings, width=80, **options):
    out = io.StringIO()
    show(doctor_document(findings), Console(width=width, file=out, highlight=False, **options))
    return out.getvalue()


def test_a_row_a_finding_with_symbol_word_name_and_value():
    rows = [line.split(maxsplit=3) for line in shown(FINDINGS).splitlines()]
    assert ["✓", "ok", "turbo", "on [bold]and[/bold] �[31mred"] in rows
    assert ["?", "unknown", "turbo", "masked"] in rows
    assert ["!", "warning", "turbo", "off"] in rows
    assert ["✗", "failure", "turbo", "gone"] in rows


def test_why_and_fix_stand_beneath_what_is_to_be_mended_and_nothing_else():
    lines = [line.strip() for line in shown(FINDINGS).splitlines()]
    assert lines.count("It matters for the number.") == 2
    at = lines.index("! warning  turbo  off")
    assert lines[at : at + 5] == [
        "! warning  turbo  off",
        "It matters for the number.",
        "# on the host",
        "echo [1]",
        LONG,
    ]


@pytest.mark.parametrize("width", [80, 110])
def test_a_command_is_one_line_however_wide(width):
    assert LONG in [line.strip() for line in shown(FINDINGS, width).splitlines()]


@pytest.mark.parametrize("width", [80, 110, 200])
@pytest.mark.parametrize("engine", [None, "docker", "kubernetes"])
def test_what_the_checks_say_fits(engine, width):
    text = shown(diagnose(worst(engine)), width)
    wide = [line for line in text.splitlines() if len(line) > width]
    assert [line for line in wide if "/bin/python" not in line] == []
    assert "…" not in text


def test_every_word_of_a_value_is_there():
    findings = diagnose(worst("docker"))
    words = " ".join(shown(findings).split())
    for finding in findings:
        told = finding.value.value or finding.value.reason
        assert " ".join(told.split()) in words or "/" in told, finding.name


def test_colour_adds_no_word():
    plain = shown(FINDINGS)
    coloured = shown(FINDINGS, force_terminal=True, color_system="truecolor")
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    bare = "".join(part.partition("m")[2] or part for part in coloured.split("\x1b["))
    assert bare.split() == plain.split()


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        (FINDINGS[:2], "1 ok, 0 warnings, 0 failures, 1 unknown. Ready."),
        (FINDINGS[:3], "1 ok, 1 warning, 0 failures, 1 unknown. A run goes through; "),
        (FINDINGS, "1 ok, 1 warning, 1 failure, 1 unknown. Not ready: see the failures first."),
    ],
)
def test_the_last_line_is_the_verdict(findings, verdict):
    assert verdict.strip() in " ".join(shown(findings).split())


def test_json_has_all_of_it():
    findings = diagnose(make_case())
    told = json.loads(doctor_json(make_host(), findings))
    assert told["host"] == make_host().id
    assert [each["name"] for each in told["findings"]] == [each.name for each in findings]
    assert sum(told["counts"].values()) == len(findings)
    assert told["findings"][0]["value"] == {"value": findings[0].value.value, "reason": None}
