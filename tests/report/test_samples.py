import csv
import io
from statistics import median

import pytest

from bench.analysis.rates import compute_rate
from bench.report.samples import samples_csv
from tests.factories import make_result


def test_header_and_shape() -> None:
    result = make_result(rounds=1)
    header, *lines = samples_csv(result).splitlines()
    assert header == (
        "round,position,lane,part,kind,step,data_ns,forward_ns,backward_ns,optimizer_ns"
    )
    # Three lanes of 3 + 12 compute steps and 1 + 10 end-to-end steps.
    assert len(lines) == 3 * (3 + 12 + 1 + 10)


def test_rates_can_be_had_again_from_the_samples() -> None:
    result = make_result()
    rows = list(csv.DictReader(io.StringIO(samples_csv(result))))
    process = result.processes[4]
    assert process.record is not None
    totals = [
        sum(int(row[f"{phase}_ns"]) for phase in ("data", "forward", "backward", "optimizer"))
        for row in rows
        if (row["round"], row["position"]) == (str(process.round), str(process.position))
        and (row["part"], row["kind"]) == ("compute", "timed")
    ]
    assert 16e9 / median(totals) == pytest.approx(compute_rate(process.record))


def test_steps_count_from_zero_within_part_and_kind() -> None:
    rows = list(csv.DictReader(io.StringIO(samples_csv(make_result(rounds=1)))))
    steps = [int(r["step"]) for r in rows if (r["part"], r["kind"]) == ("end_to_end", "timed")]
    assert steps == list(range(10)) * 3


def test_processes_without_a_record_have_no_rows() -> None:
    result = make_result(rounds=1)
    result.processes[0].record = None
    lane = result.processes[0].lane
    rows = list(csv.DictReader(io.StringIO(samples_csv(result))))
    assert {row["lane"] for row in rows} == {"fp32", "fp32-ipex", "bf16-avx512"} - {lane}
