import pytest

from bench.errors import BenchError
from bench.model.host import Host
from bench.model.result import Result
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.plan.resume import resumed
from tests.factories import make_result
from tests.host_factory import make_host

OPTIONS = Options(profile="quick", batch_size=4, seed=3)


@pytest.fixture
def host() -> Host:
    return make_host()


@pytest.fixture
def before(host: Host) -> Result:
    """An interrupted run of two lanes that match the host, one of them measured."""
    result = make_result(rounds=1, host=host.model_copy(deep=True))
    result.plan = make_plan(host, OPTIONS)
    result.plan.lanes[0].status = "measured"
    result.status = "interrupted"
    return result


def test_a_run_goes_on_as_it_was_begun(before: Result, host: Host) -> None:
    measured, workload = list(before.processes), before.plan.workload
    now = resumed(before, host, Options())
    assert (now.status, now.finished_at) == ("running", None)
    assert (now.processes, now.plan.workload) == (measured, workload)
    assert now.plan.lanes[0].status == "measured"
    assert all(lane.command for lane in now.plan.lanes if lane.status == "planned")


def test_its_own_options_may_be_given_again(before: Result, host: Host) -> None:
    assert resumed(before, host, OPTIONS).plan.seed == 3


def test_how_long_it_goes_on_may_be_given_anew(before: Result, host: Host) -> None:
    plan = resumed(before, host, Options(rounds=7, target_precision=0.1)).plan
    assert (plan.rounds_min, plan.rounds_max, plan.target_precision) == (7, 7, 0.1)


def test_without_new_words_it_stops_where_it_would_have(before: Result, host: Host) -> None:
    was = before.plan.model_copy(deep=True)
    plan = resumed(before, host, Options()).plan
    assert (plan.rounds_max, plan.time_budget_seconds) == (was.rounds_max, was.time_budget_seconds)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (Options(batch_size=8), "batch_size"),
        (Options(profile="smoke"), "profile"),
        (Options(lane=["fp32"]), "lane"),
        (Options(seed=4), "seed"),
    ],
)
def test_another_workload_is_refused(
    options: Options, name: str, before: Result, host: Host
) -> None:
    with pytest.raises(BenchError, match=name) as caught:
        resumed(before, host, options)
    assert "begin a new run" in caught.value.remedy


def test_another_host_is_refused(before: Result, host: Host) -> None:
    host.id = "elsewhere"
    with pytest.raises(BenchError, match="the host"):
        resumed(before, host, Options())


def test_other_cores_are_refused(before: Result, host: Host) -> None:
    host.limits.affinity = host.limits.affinity[:1]
    with pytest.raises(BenchError, match="the cores"):
        resumed(before, host, Options())


def test_a_lane_that_is_set_otherwise_by_now_is_refused(before: Result, host: Host) -> None:
    before.plan.lanes[1].environment["ATEN_CPU_CAPABILITY"] = "avx2"
    with pytest.raises(BenchError, match="the lanes' settings"):
        resumed(before, host, Options())
