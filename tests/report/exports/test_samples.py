import csv
import io
from statistics import median

import pytest

from bench.analysis.rates import compute_rate
from bench.report.exports.samples import samples_csv
from tests.factories import make_result


def test_header_and_shape() -> None:
    result = make_result(rounds=1)
    header, *lines = samples_csv(result).splitlines()
    assert header == ("round,position,lane,part,step,data_ns,forward_ns,backward_ns,optimizer_ns")
    # Three lanes of 3 steps of warm-up, 10 end-to-end steps and 12 compute steps.
    assert len(lines) == 3 * (3 + 10 + 12)


def test_rates_can_be_had_again_from_the_samples() -> None:
    result = make_result()
    rows = list(csv.DictReader(io.StringIO(samples_csv(result))))
    process = result.processes[4]
    assert process.record is not None
    totals = [
        sum(int(row[f"{phase}_ns"]) for phase in ("data", "forward", "backward", "optimizer"))
        for row in rows
        if (row["round"], row["position"]) == (str(process.round), str(process.position))
        and row["part"] == "compute"
    ]
    assert 16e9 / median(totals) == pytest.approx(compute_rate(process.record))


def test_steps_count_from_zero_within_their_part() -> None:
    rows = list(csv.DictReader(io.StringIO(samples_csv(make_result(rounds=1)))))
    steps = [(r["part"], int(r["step"])) for r in rows]
    once = [
        (p, i) for p, n in (("warmup", 3), ("end_to_end", 10), ("compute", 12)) for i in range(n)
    ]
    assert steps == once * 3


def test_processes_without_a_record_have_no_rows() -> None:
    result = make_result(rounds=1)
    result.processes[0].ranks[0].record = None
    lane = result.processes[0].lane
    rows = list(csv.DictReader(io.StringIO(samples_csv(result))))
    assert {row["lane"] for row in rows} == {"fp32", "fp32-ipex", "bf16-avx512"} - {lane}
