"""The frame `lanes`: a row a lane, its set-up and its figures as `bench export` names them."""

from collections.abc import Iterator

from bench.analysis.measures import measures
from bench.analysis.ratios import ratio_against
from bench.frames.columns import Column, Rows
from bench.model.record import PHASES
from bench.model.result import Result
from bench.report.palette import lane_colours

EPOCH, EXTRAPOLATED = "epoch_time", "epoch_time_extrapolated"

RANGED = {
    "compute_throughput": ("samples/s", "training steps over batches in memory, median of rounds"),
    "end_to_end_throughput": ("samples/s", "through the data loader, median of rounds"),
    EPOCH: ("s", "training time of one epoch, median of rounds"),
    "energy_per_sample": ("J/sample", "of its CPUs' packages in compute turns, idle power and all"),
    "samples_per_energy": ("samples/J", "the same, the other way round"),
    "compile_warm_time": ("s", "compiling, from the cache of an earlier round, median of rounds"),
}
"""Their `_low` and `_high` are the lowest and the highest round: a range, no interval."""

_OVER = {
    "baseline": "the run's baseline",
    "best_fp32": "its best FP32 lane",
    "bf16_avx512": "the same in BF16 on AVX-512; of lanes on AMX",
    "archived": "the archived engine's lane that it could replace",
}
RATIOS = {
    f"{part}_speedup_over_{role}": (
        "1",
        f"{part.replace('_', ' ')} throughput over that of {words}, geometric mean of rounds",
    )
    for part in ("compute", "end_to_end")
    for role, words in _OVER.items()
} | {
    "compile_pays_off_after": ("steps", "until the cold compile time is earned back; by a ratio"),
}
"""Their `_low` and `_high` are the ends of the 95 % interval; missing without one."""

PLAIN = {
    "peak_share": ("1", "what compute achieved of the best matrix product on the same cores"),
    "bound_share": ("1", "what compute achieved of the roofline's bound"),
    "instruction_set_share": (
        "1",
        "the part of the products' kernel time that was at the lane's own set",
    ),
    "compile_cold_time": ("s", "compiling, with nothing compiled to find"),
    "peak_memory": ("bytes", "the most that was resident in a process"),
    **{f"step_{phase}_time": ("s", f"a compute step's {phase} phase, median") for phase in PHASES},
}


FIGURES = (
    *(
        Column(f"{name}{suffix}", "float64", unit, end or means)
        for ends, figures in (
            (("lowest round", "highest round"), RANGED),
            (("lower end of its 95 % interval", "upper end of it"), RATIOS),
        )
        for name, (unit, means) in figures.items()
        for suffix, end in (("", None), ("_low", ends[0]), ("_high", ends[1]))
    ),
    *(Column(name, "float64", unit, means) for name, (unit, means) in PLAIN.items()),
)

LANES = (
    Column("run", "category", "", "the run: its folder's name"),
    Column("lane", "category", "", "the lane's id"),
    Column("title", "string", "", "what it is, in words"),
    Column(
        "state",
        "category",
        "",
        "`measured`, `invalid`, `failed`, `interrupted`, `skipped` or `not reached`",
    ),
    Column("reason", "string", "", "why it has no figure, or not of every round"),
    Column("baseline", "boolean", "", "whether it is the run's baseline"),
    Column("best_fp32", "boolean", "", "whether it is the run's best FP32 lane"),
    Column("precision", "category", "", "`fp32` or `bf16`"),
    Column("fp32_math", "category", "", "what products of FP32 tensors may compute in"),
    Column("engine", "category", "", "what ran the training, e.g. `stock`, `ipex`"),
    Column("stack", "category", "", "the environment that it trained in"),
    Column("memory_format", "category", "", "`contiguous` or `channels_last`"),
    Column("instruction_set", "category", "", "what its products are meant to run on"),
    Column("ceiling", "category", "", "the highest instruction set that oneDNN might use"),
    Column("batch_size", "Int64", "samples", "a step"),
    Column("cpus", "Int64", "", "that it was planned to have"),
    Column("rounds", "Int64", "", "rounds that its throughput is of; missing without one"),
    Column(
        "epoch_measured",
        "boolean",
        "",
        "false: `epoch_time` is extrapolated from end-to-end throughput",
    ),
    Column(
        "verdict",
        "category",
        "",
        "compute against the baseline: `faster`, `slower` or `undecided`; missing without interval",
    ),
    *FIGURES,
    Column("loss_first", "float64", "", "of its very first step, median of rounds"),
    Column("loss_last", "float64", "", "of the last step that every lane took, median of rounds"),
    Column("outliers", "Int64", "", "timed compute steps flagged as outliers; all count"),
    Column("unsteady_warmups", "Int64", "", "processes whose warm-up never became steady"),
    Column("colour", "string", "", "the lane's in the kit's charts, hexadecimal"),
)
"""A lane without a figure, an invalid one for instance, has it missing."""


def lane_rows(run: str, result: Result) -> Iterator[Rows]:
    """Every lane of the plan, in its order."""
    summary, colours = result.summary, lane_colours(result.plan)
    figures = _figures(result)
    for lane, drawn in zip(result.plan.lanes, summary.lanes, strict=True):
        rate, setup = drawn.compute_samples_per_second, lane.setup
        against = ratio_against(drawn.compute_ratios, summary.baseline)
        valid = drawn.state != "invalid"
        yield figures[lane.id] | {
            "run": run,
            "lane": lane.id,
            "title": lane.title,
            "state": drawn.state,
            "reason": drawn.reason,
            "baseline": lane.id == summary.baseline,
            "best_fp32": lane.id == summary.best_fp32,
            "precision": setup.precision,
            "fp32_math": setup.fp32_math,
            "engine": setup.engine,
            "stack": setup.stack,
            "memory_format": setup.memory_format,
            "instruction_set": lane.instruction_set,
            "ceiling": setup.ceiling,
            "batch_size": setup.batch_size,
            "cpus": len(setup.placement.cores),
            "rounds": rate.rounds if rate and valid else None,
            "epoch_measured": drawn.epoch_measured if drawn.epoch_seconds and valid else None,
            "verdict": against.verdict if against and valid else None,
            "loss_first": drawn.loss_first if valid else None,
            "loss_last": drawn.loss_last if valid else None,
            "outliers": drawn.outliers,
            "unsteady_warmups": drawn.unsteady_warmups,
            "colour": colours[lane.id],
        }


def _figures(result: Result) -> dict[str, Rows]:
    """By lane: the run's measures, None where there is none."""
    figures: dict[str, Rows] = {
        lane.id: {column.name: None for column in FIGURES} for lane in result.plan.lanes
    }
    for each in measures(result.summary):
        name = EPOCH if each.name == EXTRAPOLATED else each.name
        ends = {} if name in PLAIN else {f"{name}_low": each.low, f"{name}_high": each.high}
        figures[each.lane] |= {name: each.value} | ends
    return figures
