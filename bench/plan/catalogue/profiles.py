"""Profiles: named sizes and efforts. A profile added later is one entry here."""

from dataclasses import dataclass

from bench.model.protocol import Effort


@dataclass(frozen=True)
class Profile:
    """A workload's size and how much of a host's time goes into measuring it.

    `samples` is the size of the set when it is generated; CIFAR-10 has 50,000. A round is begun
    only if it is expected to end within `time_budget_seconds`; the first always is. It is one for
    the default lanes: more of them get more, in proportion. With a budget the batch becomes smaller
    where else there were no room for `rounds_min` rounds.
    A `functional_check` is too short to measure by: nothing is concluded from it.
    """

    name: str
    purpose: str
    image_size: int
    batch_size: int
    samples: int
    data: str
    loads_in_main_process: bool
    effort: Effort
    rounds_min: int
    rounds_max: int
    time_budget_seconds: float | None
    functional_check: bool = False


PROFILES: tuple[Profile, ...] = (
    Profile(
        name="smoke",
        purpose="does it work: 32 pixels, batch 8, one round, about a minute",
        image_size=32,
        batch_size=8,
        samples=256,
        data="synthetic",
        loads_in_main_process=False,
        effort=Effort(
            warmup_max_steps=3,
            end_to_end_turns=1,
            compute_turns=2,
            turn_seconds=0.5,
            turn_min_steps=2,
            turn_max_steps=3,
        ),
        rounds_min=1,
        rounds_max=1,
        time_budget_seconds=None,
        functional_check=True,
    ),
    Profile(
        name="quick",
        purpose="a first answer: 224 pixels, batch 8, under 10 minutes on two cores",
        image_size=224,
        batch_size=8,
        samples=50_000,
        data="auto",
        loads_in_main_process=False,
        effort=Effort(
            warmup_max_steps=4,
            end_to_end_turns=3,
            compute_turns=5,
            turn_seconds=0.8,
            turn_min_steps=1,
            turn_max_steps=200,
        ),
        rounds_min=5,
        rounds_max=20,
        time_budget_seconds=540,
    ),
    Profile(
        name="standard",
        purpose="the number to publish: 224 pixels, batch 128, at least 5 rounds in 20 minutes",
        image_size=224,
        batch_size=128,
        samples=50_000,
        data="auto",
        loads_in_main_process=False,
        effort=Effort(
            warmup_max_steps=5,
            end_to_end_turns=3,
            compute_turns=5,
            turn_seconds=1.5,
            turn_min_steps=1,
            turn_max_steps=400,
        ),
        rounds_min=5,
        rounds_max=40,
        time_budget_seconds=1200,
    ),
    Profile(
        name="sample",
        purpose="side by side with Intel's sample: batch 128, a whole epoch, no warm-up",
        image_size=224,
        batch_size=128,
        samples=50_000,
        data="auto",
        loads_in_main_process=True,
        effort=Effort(
            warmup_max_steps=0,
            end_to_end_turns=0,
            compute_turns=4,
            turn_seconds=5,
            turn_min_steps=1,
            turn_max_steps=400,
            whole_epochs=1,
        ),
        rounds_min=1,
        rounds_max=1,
        time_budget_seconds=None,
    ),
)

DEFAULT_PROFILE = "standard"
