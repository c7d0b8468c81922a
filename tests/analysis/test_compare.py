"""Sides, pairs, differences, refusals and the gate: of made runs whose answer is known."""

from collections.abc import Callable

import pytest

from bench.analysis.compare.differences import alike, differences
from bench.analysis.compare.gate import gate, gate_code, letter, parse_share
from bench.analysis.compare.kinds import KINDS
from bench.analysis.compare.make import compare
from bench.analysis.compare.pairs import Pair, parse
from bench.analysis.compare.runs import Run, distil
from bench.errors import BenchError, Exit
from bench.model.comparison import Against, LaneAgainst
from bench.model.process import Process
from bench.model.result import Result
from tests.comparisons import faster, run
from tests.factories import make_noise, make_result
from tests.host_factory import known
from tests.report.scenes import (
    CONTRADICTION,
    change_lane,
    contradict,
    four_lanes,
    functional_check,
    leaving_ipex,
    observed_of,
    record_of,
)

LANES = [Pair("fp32", "fp32"), Pair("bf16-avx512", "bf16-avx512")]


def other_batch() -> Result:
    return make_result(batch_size=32)


def more_rounds() -> Result:
    return make_result(rounds=5)


def other_protocol() -> Result:
    return make_result(protocol="accuracy")


def edited(edit: Callable[[Result], object], factor: float = 1.0, number: int = 2) -> Run:
    result = faster(factor, number)
    edit(result)
    return distil("edited", result)


def for_each_process(edit: Callable[[Process], object]) -> Callable[[Result], object]:
    return lambda result: [edit(each) for each in result.processes]


def lanes(against: Against) -> dict[str, LaneAgainst]:
    return {each.reference.lane: each for each in against.lanes}


def named(other: Run) -> dict[str, tuple[str, str, list[str]]]:
    told, _ = differences([run("reference")], [other], LANES)
    return {each.name: (each.reference, each.other, each.lanes) for each in told}


def test_a_known_ratio_is_found_in_every_lane() -> None:
    (against,) = compare([run("a")], [run("b", 1.5, 2)]).others
    told = lanes(against)
    assert list(told) == ["fp32", "fp32-ipex", "bf16-avx512"], "none that neither tried"
    for each in told.values():
        assert each.compute is not None
        assert each.end_to_end is not None
        assert each.compute.value == pytest.approx(1.5, rel=1e-6)
        assert each.end_to_end.value == pytest.approx(1.5, rel=1e-6)
        assert each.verdict == "faster"
    assert against.machine.level == "the same machine"
    assert against.differences == []


def test_one_run_each_gives_no_verdict_on_what_runs_differ_by_anyway() -> None:
    (against,) = compare([run("a")], [run("b", 1.12, 2)]).others
    for each in against.lanes:
        assert each.compute is not None
        assert each.compute.interval is not None
        assert each.compute.decisive is not None
        assert each.verdict == "undecided"
        assert each.compute.spread == "elsewhere"


def test_several_runs_of_each_side_decide_on_their_own_spread() -> None:
    ours = [run(f"a{i}", f, i) for i, f in enumerate((1.0, 1.01, 0.99))]
    theirs = [run(f"b{i}", f, i + 5) for i, f in enumerate((1.06, 1.07, 1.05))]
    (against,) = compare(ours, theirs).others
    assert [each.verdict for each in against.lanes] == ["faster"] * 3
    assert {each.compute.spread for each in against.lanes if each.compute} == {"own"}
    fp32 = lanes(against)["fp32"]
    assert (fp32.other.runs, fp32.other.rounds) == (3, 9)
    assert fp32.other.low is not None
    assert fp32.other.high is not None
    assert fp32.other.high / fp32.other.low == pytest.approx(1.07 / 1.05, rel=1e-6)


def test_alike_others_are_one_side_and_none_joins_the_reference() -> None:
    big = [run(f"big{i}", 1.0, 8 + i, four_lanes) for i in range(2)]
    told = compare([run("a")], [run("b", 1.0, 5), big[0], run("c", 1.0, 6), big[1]])
    assert [each.name for each in told.reference.runs] == ["a"]
    sides = [[each.name for each in against.other.runs] for against in told.others]
    assert sides == [["b", "c"], ["big0", "big1"]]


@pytest.mark.parametrize(
    ("edit", "same"),
    [
        (lambda result: None, True),
        (lambda result: setattr(result.processes[0], "noise", make_noise(steal_seconds=9.0)), True),
        (for_each_process(lambda x: setattr(record_of(x), "limits", None)), True),
        (lambda result: setattr(result.host.settings, "governor", known("powersave")), False),
        (lambda result: setattr(result.kit, "commit", "ff" * 20), False),
        (for_each_process(lambda x: setattr(observed_of(x), "onednn", "v3.12")), False),
        (lambda result: change_lane(result, "fp32", loader_workers=4), False),
        (lambda result: setattr(result.host, "id", "00"), False),
    ],
)
def test_alike_is_one_machine_and_one_set_up(edit: Callable[[Result], object], same: bool) -> None:
    assert alike(run("a"), edited(edit)) is same


def test_a_reference_of_several_runs_must_be_alike() -> None:
    other = edited(lambda result: setattr(result.host.settings, "governor", known("powersave")))
    with pytest.raises(BenchError, match="can't be one reference") as raised:
        compare([run("a"), other], [run("b", 1.0, 3)])
    assert raised.value.code == Exit.USAGE


def test_a_run_is_not_compared_with_itself() -> None:
    with pytest.raises(BenchError, match="are the same run") as raised:
        compare([run("a")], [run("again")])
    assert raised.value.code == Exit.USAGE


def test_nor_with_itself_before_it_was_resumed() -> None:
    with pytest.raises(BenchError, match="are the same run"):
        compare([run("a")], [run("resumed", 1.0, 1, more_rounds)])


def test_a_lane_is_missing_skipped_or_invalid_on_a_side() -> None:
    def without(result: Result) -> None:
        for each in result.processes:
            if each.lane == "bf16-avx512":
                contradict(each, CONTRADICTION)

    (against,) = compare([run("a")], [edited(without)]).others
    lane = lanes(against)["bf16-avx512"]
    assert lane.compute is None
    assert lane.verdict is None
    (lacking,) = lane.other.lacking
    assert (lacking.state, lacking.runs) == ("invalid", ["edited"])
    assert "0.0% of the convolutions" in str(lacking.reason)
    (against,) = compare([run("a")], [run("big", 1.0, 2, four_lanes)]).others
    assert [x.state for x in lanes(against)["bf16-amx"].reference.lacking] == ["skipped"]


def test_the_figures_are_drawn_from_the_steps_whatever_the_summary_says() -> None:
    def lie(result: Result) -> None:
        for lane in result.summary.lanes:
            lane.state = "measured"
            if lane.compute_samples_per_second is not None:
                lane.compute_samples_per_second.median *= 100

    (against,) = compare([run("a")], [edited(lie)]).others
    assert [x.compute.value for x in against.lanes if x.compute] == pytest.approx([1.0] * 3)


def test_lanes_of_two_names_are_held_against_each_other() -> None:
    (against,) = compare([run("a")], [run("b", 1.0, 2)], parse(["fp32=bf16-avx512"])).others
    (lane,) = against.lanes
    assert (lane.reference.lane, lane.other.lane) == ("fp32", "bf16-avx512")
    assert lane.compute is not None
    assert lane.compute.value == pytest.approx(11.2 / 6.0, rel=0.03)
    assert {"precision", "engine", "ceiling"} <= {each.name for each in against.differences}


@pytest.mark.parametrize("wanted", [["fp33"], ["fp32=fp33"], ["=fp32"], ["fp32="], [","]])
def test_a_lane_that_is_none_is_a_usage_error(wanted: list[str]) -> None:
    with pytest.raises(BenchError) as raised:
        compare([run("a")], [run("b", 1.0, 2)], parse(wanted))
    assert raised.value.code == Exit.USAGE
    assert raised.value.remedy


def test_sides_without_a_lane_in_common() -> None:
    def other(result: Result) -> None:
        result.processes = [each for each in result.processes if each.lane == "fp32-ipex"]

    def one(result: Result) -> None:
        result.processes = [each for each in result.processes if each.lane == "fp32"]

    with pytest.raises(BenchError, match="no lane in common") as raised:
        compare([edited(one, number=1)], [edited(other)])
    assert "--lane REFERENCE=OTHER" in raised.value.remedy


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (other_batch, "batch of fp32: 16 against 32"),
        (functional_check, "is a functional check"),
        (other_protocol, "protocol: throughput against accuracy"),
    ],
)
def test_what_is_not_comparable_is_refused_and_told_if_overruled(
    make: Callable[[], Result], words: str
) -> None:
    other = run("b", 1.0, 2, make)
    with pytest.raises(BenchError, match=words) as raised:
        compare([run("a")], [other])
    assert raised.value.code == Exit.CANNOT
    assert "--anyway" in raised.value.remedy
    (against,) = compare([run("a")], [other], anyway=True).others
    assert any(words in each for each in against.obstacles)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("model", "resnet18", "model of fp32: resnet50 against resnet18"),
        ("image_size", 64, "image size of fp32: 224×224 against 64×64"),
    ],
)
def test_another_workload_is_refused(field: str, value: object, words: str) -> None:
    def edit(result: Result) -> None:
        for lane in list(result.plan.lanes):
            workload = lane.workload.model_copy(update={field: value})
            change_lane(result, lane.id, workload=workload)

    with pytest.raises(BenchError, match=words):
        compare([run("a")], [edited(edit)])


@pytest.mark.parametrize(
    ("kind", "samples", "classes", "comparable"),
    [
        ("synthetic", 50_000, 10, True),
        ("synthetic", 2_000, 10, True),
        ("cifar10", 50_000, 10, False),
        ("synthetic", 50_000, 100, False),
    ],
)
def test_other_data_is_refused_but_not_more_of_the_same(
    kind: str, samples: int, classes: int, comparable: bool
) -> None:
    def edit(result: Result) -> None:
        assert result.data is not None
        spec = {"kind": kind, "samples": samples, "classes": classes}
        result.data.spec = result.data.spec.model_copy(update=spec)

    told = compare([run("a")], [edited(edit)], anyway=True).others[0].obstacles
    assert bool(told) is not comparable
    assert all(each.startswith("data: synthetic, 10 classes against") for each in told)


def test_nothing_is_sure_of_a_functional_check_even_so() -> None:
    (against,) = compare([run("a")], [run("b", 2.0, 2, functional_check)], anyway=True).others
    for lane in against.lanes:
        assert lane.compute is not None
        assert (lane.verdict, lane.compute.decisive) == (None, None)
        assert lane.compute.no_interval == "a functional check"


@pytest.mark.parametrize(
    ("edit", "kind", "texts"),
    [
        (
            lambda result: setattr(result.host.settings, "transparent_huge_pages", known("always")),
            "huge pages",
            ("madvise", "always", []),
        ),
        (
            for_each_process(
                lambda x: setattr(observed_of(x), "allocators", ["/x/libtcmalloc.so"])
            ),
            "allocator",
            ("libc's own", "libtcmalloc.so", []),
        ),
        (
            for_each_process(lambda x: observed_of(x).versions.update(torch="2.14.1")),
            "torch",
            ("2.8.0", "2.14.1", []),
        ),
        (
            lambda result: change_lane(result, "fp32", memory_format="channels_last"),
            "memory format",
            ("contiguous", "channels_last", ["fp32"]),
        ),
        (
            for_each_process(
                lambda x: setattr(record_of(x).limits, "copy_gigabytes_per_second", 24.0)
            ),
            "memory bandwidth",
            ("30.0 GB/s", "24.0 GB/s", []),
        ),
        (
            lambda result: setattr(result.processes[0], "noise", make_noise(steal_seconds=9.0)),
            "disturbed rounds",
            ("none", "1 of 3", []),
        ),
        (
            lambda result: setattr(result.kit, "commit", "ff" * 20),
            "kit",
            ("0.1.0, 1a2b3c4d5e6f", "0.1.0, " + "f" * 19, []),
        ),
    ],
)
def test_a_difference_is_named_with_both_sides(
    edit: Callable[[Result], object], kind: str, texts: tuple[str, str, list[str]]
) -> None:
    assert named(edited(edit)) == {kind: texts}


def test_what_is_measured_may_differ_a_little() -> None:
    edit = for_each_process(
        lambda x: setattr(record_of(x).limits, "copy_gigabytes_per_second", 28.0)
    )
    assert named(edited(edit)) == {}


def test_the_weightiest_come_first_and_what_one_side_does_not_know_is_no_difference() -> None:
    told, unknown = differences([run("a")], [run("b", 1.0, 2, four_lanes)], LANES)
    order = ["large", "medium", "small"]
    assert [order.index(each.weight) for each in told] == sorted(
        order.index(each.weight) for each in told
    )
    assert told[0].name == "processor"
    assert {"governor", "turbo", "microcode"} <= set(unknown)
    assert not {each.name for each in told} & set(unknown)


def test_every_fact_has_a_kind() -> None:
    facts = run("a").facts
    names = {*facts.run, *facts.lanes["fp32"], *facts.measured["fp32"]}
    assert names == {kind.name for kind in KINDS}


def test_a_strangers_texts_are_cut() -> None:
    def hostile(result: Result) -> None:
        result.host.cpu.brand = known("\x1b[31m<b>" + "x" * 9_000)
        result.host.settings.kernel = "\u202e" + "k" * 9_000
        for process in result.processes:
            observed_of(process).versions["torch"] = "\n" * 50 + "t" * 9_000
            observed_of(process).allocators = ["/" + "a" * 9_000] * 500

    comparison = compare([run("a")], [edited(hostile)])
    text = comparison.model_dump_json()
    assert len(text) < 20_000
    assert "\\u001b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("factor", "share", "code"),
    [(0.6, 0.05, Exit.SLOWER), (0.6, 0.5, Exit.DONE), (0.97, 0.05, Exit.DONE), (1.5, 0, Exit.DONE)],
)
def test_the_gate_fails_only_on_what_is_surely_slower(
    factor: float, share: float, code: Exit
) -> None:
    told = gate(compare([run("a")], [run("b", factor, 2)]), share)
    assert gate_code(told) == code
    assert bool(told.slower) == (code == Exit.SLOWER)
    assert bool(told.open) == (factor == 0.97 or share == 0.5), "perhaps slower"


def test_a_lane_that_was_lost_fails_the_gate_and_one_without_interval_is_not_judged() -> None:
    def lose(result: Result) -> None:
        result.processes = [each for each in result.processes if each.lane != "fp32"]

    told = gate(compare([run("a")], [edited(lose)]), 0.05)
    assert (told.failed, gate_code(told)) == (["fp32"], Exit.LANE_FAILED)
    few = compare([run("a")], [run("b", 0.5, 2, lambda: make_result(rounds=2))])
    told = gate(few, 0.05)
    assert (len(told.unjudged), gate_code(told)) == (3, Exit.CANNOT)


def test_of_several_sides_the_gate_says_which() -> None:
    other = edited(lambda r: setattr(r.host.settings, "governor", known("powersave")), 0.5)
    told = gate(compare([run("a")], [run("b", 1.0, 3), other]), 0.05)
    assert told.slower == ["C: fp32", "C: fp32-ipex", "C: bf16-avx512"]
    assert [letter(i) for i in (0, 24, 25)] == ["B", "Z", "B2"]


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), (" 2.5 % ", 0.025), ("0%", 0.0)])
def test_a_share_is_a_percentage(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["5", "0.05", "100%", "-5%", "", "nan%", "1e1%", "\u0665%"])
def test_what_is_no_percentage_is_a_usage_error(text: str) -> None:
    with pytest.raises(BenchError, match="no percentage") as raised:
        parse_share(text)
    assert raised.value.code == Exit.USAGE


def test_lanes_of_two_stacks_are_compared_each_with_its_own() -> None:
    reference, faster_one = run("a", 1.0, 0, leaving_ipex), run("b", 1.1, 1, leaving_ipex)
    (other,) = compare([reference], [faster_one]).others
    ratios = {each.other.lane: each.compute.value for each in other.lanes if each.compute}
    assert len(ratios) == 11
    assert list(ratios.values()) == pytest.approx([1.1] * 11, rel=0.01)
    assert other.differences == []
