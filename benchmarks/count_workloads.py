"""The figures of the catalogue's workloads, counted: `bench/plan/catalogue/workloads.py` has them.

    .venv/bin/python benchmarks/count_workloads.py [MODEL ...]

Needs torch and torchvision, computes nothing, and takes seconds.
"""

import sys

from bench.model.setup import Precision
from bench.model.workload import Workload
from bench.plan.catalogue.workloads import COUNTED_AT, WORKLOADS
from bench.worker.limits.memory import activation_bytes, parameters
from bench.worker.limits.work import flop_per_sample

CLASSES = 10
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")


def main(models: list[str]) -> None:
    for model in models or WORKLOADS:
        facts = WORKLOADS[model]
        workload = Workload(model=model, title=facts.title, unit=facts.unit, image_size=COUNTED_AT)
        kept = {each: activation_bytes(workload, CLASSES, each) for each in PRECISIONS}
        print(
            f"{model}: parameters {parameters(workload, CLASSES):_}, flop_per_sample "
            f"{flop_per_sample(workload, CLASSES) / 1e9:.2f}e9, activation_bytes "
            + ", ".join(f"{each} {size:_}" for each, size in kept.items())
        )


if __name__ == "__main__":
    main(sys.argv[1:])
