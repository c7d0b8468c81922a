"""The processes of a round's lanes, alive together, take turns on the same cores."""

import random
from collections.abc import Callable

from bench.model.process import Process
from bench.run.running import Running
from bench.run.slot import Slot
from bench.run.supervise import shielded


class Stopped(Exception):
    """Something ended the run while lanes ran: `cause`. `processes` are what they came to."""

    def __init__(self, processes: list[Process], cause: BaseException) -> None:
        super().__init__(str(cause))
        self.processes = processes
        self.cause = cause


def take_turns(
    slots: list[Slot],
    start: Callable[[Slot], Running],
    order: random.Random,
    on_end: Callable[[Process], None],
) -> None:
    """Start the lanes' processes; give each a turn after the other, shuffled, till all have ended.

    So two lanes' steps lie seconds apart, however long a process takes to start: all start at
    once, unmeasured. Whatever ends this early ends the processes, and is raised as `Stopped`.
    """
    alive: list[Running] = []

    def ended(each: Running) -> None:
        with shielded():  # between a process's end and its result's saving, nothing may come
            process = each.finish()
            alive.remove(each)
            on_end(process)

    try:
        for slot in slots:
            alive.append(start(slot))
        for each in list(alive):
            if not each.waits():
                ended(each)
        while alive:
            for each in order.sample(alive, len(alive)):
                if not each.take_turn():
                    ended(each)
    except BaseException as cause:
        for each in alive:
            each.terminate()
        raise Stopped([each.finish(run_stopped=True) for each in alive], cause) from cause
