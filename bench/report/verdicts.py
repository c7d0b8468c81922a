"""Which lane is faster, in sentences, one a lane and denominator; no such word without proof."""

from dataclasses import dataclass, replace

from bench.analysis.ratios import ratio_against
from bench.analysis.roofline import explain
from bench.model.result import Result
from bench.model.summary import Interval, LaneSummary, Ratio, Summary
from bench.report.sureness import ratio_words
from bench.text import counted


@dataclass(frozen=True)
class Verdict:
    """A sentence in three parts: `word` is what it comes to, to be made to stand out.

    `because` are sentences that explain it, "its" being the lane's; [] if nothing does.
    """

    before: str
    word: str
    after: str
    because: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.before + self.word + self.after


def verdicts(result: Result) -> list[Verdict]:
    """On compute throughput, of each measured lane but the baseline against each denominator."""
    summary = result.summary
    found = {x.lane: x for x in summary.lanes if x.compute_images_per_second is not None}
    bf16 = {lane.id for lane in result.plan.lanes if lane.precision == "bf16"}
    return [
        replace(
            _verdict(lane, against),
            because=tuple(
                explain(lane, found[against])
                if lane.lane in bf16 and against == summary.best_fp32
                else ()
            ),
        )
        for lane in found.values()
        for against in _denominators(summary)
        if lane.lane not in (summary.baseline, against) and against in found
    ]


def _denominators(summary: Summary) -> list[str]:
    """The baseline, then the best FP32 lane where it is another."""
    both = [summary.baseline, summary.best_fp32]
    return [lane for lane in dict.fromkeys(both) if lane is not None]


def _verdict(lane: LaneSummary, against: str) -> Verdict:
    ratio = ratio_against(lane.compute_ratios, against)
    if ratio is None:
        reason = ", no round in which both completed"
        return Verdict(f"{lane.lane} against {against}: ", "no verdict", reason)
    if ratio.interval is None:
        reason = f": {ratio.no_interval or 'there is no interval'}"
        return Verdict(f"{lane.lane} against {against}: ", "no verdict", reason)
    return _judged(lane.lane, ratio, ratio.interval)


def _judged(lane: str, ratio: Ratio, interval: Interval) -> Verdict:
    value, between = ratio_words(ratio, interval)
    rounds = counted(ratio.rounds, "round")
    if ratio.verdict in ("faster", "slower"):
        after = f" than {ratio.against}: {value} ({between}, {rounds})"
        return Verdict(f"{lane} is ", ratio.verdict, after)
    after = f", the {between} holds 1 ({rounds})"
    return Verdict(f"{lane} against {ratio.against}: ", "no verdict", after)
