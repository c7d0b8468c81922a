"""What a sample costs in energy, and what is said of it."""

import pytest

from bench.analysis.consistency import result_problems
from bench.analysis.energy import lane_energy
from bench.analysis.measures import measures
from bench.model.base import Reading
from bench.model.process import Energy, EnergyTurn, Process
from bench.model.result import Result
from bench.report.document.energy import counter, energy
from bench.report.document.result import result_document
from bench.report.exports import export
from bench.report.media.markdown import markdown
from bench.results.structure import faults
from tests.artifacts import consistent_result, summarize_again
from tests.factories import make_process, make_result

WATTS = {"fp32": 200.0, "fp32-ipex": 220.0, "bf16-avx512": 240.0}


def with_energy(process: Process, watts: float = 200.0, seconds: float = 8.0) -> Process:
    """Windows of `seconds` around its turns, each of which began half a second into it."""
    assert process.record is not None
    parts = (process.record.end_to_end, process.record.compute)
    process.noise.energy = Reading(
        value=Energy(
            packages=["package-0"],
            cpus=64,
            others_cpu_seconds=Reading(value=25.6),
            turns=[
                EnergyTurn(at=turn.at - 0.5, seconds=seconds, joules=[watts * seconds])
                for part in parts
                for turn in part.turns
            ],
        )
    )
    return process


def metered(rounds: int = 3) -> Result:
    result = make_result(rounds=rounds)
    for process in result.processes:
        with_energy(process, WATTS[process.lane])
    summarize_again(result)
    return result


def test_it_is_the_compute_turns_joules_over_their_samples():
    known = lane_energy([with_energy(make_process())])
    assert known is not None
    # 4 turns of 8 s at 200 W, 3 steps of 16 samples in each.
    assert known.joules_per_sample.median == pytest.approx(200 * 8 / (3 * 16))
    assert known.watts == pytest.approx(200)
    # 25.6 of 40 s on 64 CPUs.
    assert known.others_share == pytest.approx(0.01)
    assert known.packages == ["package-0"]


def test_all_packages_are_added_up():
    process = with_energy(make_process())
    there = process.noise.energy.value
    there.packages = ["package-0", "package-1"]
    for turn in there.turns:
        turn.joules = [1000.0, 600.0]
    assert lane_energy([process]).joules_per_sample.median == pytest.approx(1600 / 48)


def test_over_rounds_it_has_a_range():
    processes = [with_energy(make_process(round=i), watts) for i, watts in ((1, 100), (2, 300))]
    over = lane_energy(processes).joules_per_sample
    assert (over.low, over.high, over.rounds) == (
        pytest.approx(800 / 48),
        pytest.approx(2400 / 48),
        2,
    )


def test_a_process_with_a_turn_of_which_it_is_not_known_does_not_count():
    process = with_energy(make_process())
    del process.noise.energy.value.turns[-1]
    assert lane_energy([process]) is None
    assert lane_energy([process, with_energy(make_process())]).joules_per_sample.rounds == 1


def test_an_end_to_end_turn_of_which_it_is_not_known_does_no_harm():
    process = with_energy(make_process())
    del process.noise.energy.value.turns[0]
    assert lane_energy([process]) is not None


def test_others_that_are_not_known_are_not_none():
    process = with_energy(make_process())
    process.noise.energy.value.others_cpu_seconds = Reading(reason="hidden")
    assert lane_energy([process]).others_share is None


def test_of_whom_nothing_is_known_there_is_none():
    assert lane_energy([]) is None
    assert lane_energy([make_process()]) is None
    assert lane_energy([with_energy(make_process(), watts=0.0)]) is None


def test_measures_have_a_direction_each_and_ends_in_order():
    named = {each.name: each for each in measures(metered().summary) if each.lane == "fp32"}
    cost, good = named["energy_per_sample"], named["samples_per_energy"]
    assert (cost.unit, cost.better) == ("joules/sample", "less")
    assert (good.unit, good.better) == ("samples/joule", "more")
    assert good.value == pytest.approx(1 / cost.value)
    for each in (cost, good):
        assert each.low <= each.value <= each.high
    without = {each.name for each in measures(make_result().summary)}
    assert not {"energy_per_sample", "samples_per_energy"} & without


def test_an_invalid_lane_has_none():
    result = metered()
    for process in result.processes:
        if process.lane == "fp32":
            process.ranks[0].contradictions = ["something ran that must not"]
    summarize_again(result)
    assert {lane.lane: lane.energy is None for lane in result.summary.lanes} == {
        "fp32": True,
        "fp32-ipex": False,
        "bf16-avx512": False,
        "bf16-amx": True,
    }


def test_an_artifact_with_energy_agrees_with_itself_and_one_with_another_figure_does_not():
    result = consistent_result()
    for process in result.processes:
        with_energy(process)
    assert any("energy" in problem for problem in result_problems(result))
    summarize_again(result)
    assert list(result_problems(result)) == []
    assert list(faults(result)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda turn: turn.joules.append(1.0), "a turn of none of its packages"),
        (lambda turn: turn.joules.__setitem__(0, -1.0), "a turn of none of its packages"),
        (lambda turn: setattr(turn, "seconds", 0.0), "a turn of none of its packages"),
        (lambda turn: turn.joules.clear(), "a turn of none of its packages"),
    ],
)
def test_turns_that_cannot_be_are_faults(change, fault):
    result = metered()
    change(result.processes[0].noise.energy.value.turns[0])
    assert fault in next(faults(result))


def test_a_figure_that_cannot_be_is_a_fault():
    result = metered()
    result.summary.lanes[0].energy.joules_per_sample.low = 0.0
    assert list(faults(result)) == ["summary.lanes.0.energy: not in order"]


def test_an_older_artifact_has_no_energy_and_says_why():
    tree = make_result().model_dump()
    for process in tree["processes"]:
        del process["noise"]["energy"]
    for lane in tree["summary"]["lanes"]:
        del lane["energy"]
    result = Result.model_validate(tree)
    assert list(result_problems(result)) == list(result_problems(make_result()))
    assert energy(result) is None
    assert counter(result) == "– (not looked at)"


def test_a_report_has_a_table_where_it_is_known_and_else_one_line_why_not():
    known, unknown = (markdown(result_document(each)) for each in (metered(), make_result()))
    assert "Energy" in known
    assert "their idle power and whatever else ran on them are part of it" in known
    assert "read: package-0" in known
    assert "J/img" in known
    assert "J/img" not in unknown
    assert unknown.count("not looked at") == 1


def test_hosts_reasons_are_said_once_each():
    result = make_result()
    for i, process in enumerate(result.processes):
        process.noise.energy = Reading(reason="no counter" if i else "it had no turn")
    assert counter(result) == "– (it had no turn; no counter)"
    assert counter(make_result(nothing=True)) == "– (no process had a turn)"


def test_exports_have_it():
    text = export(metered(), "openmetrics").decode()
    assert '\nbench_energy_per_sample_joules_per_sample{lane="fp32"} ' in text
    assert '\nbench_samples_per_energy_samples_per_joule{lane="fp32"} ' in text
    assert '\nbench_compute_throughput_samples_per_second{lane="fp32"} ' in text
