"""A lane's slot in a run, and what the files of it are called."""

from dataclasses import dataclass
from pathlib import Path

from bench.model.plan import PlannedLane


@dataclass(frozen=True)
class Slot:
    """A lane's turn in a run: its round from 1, its position in that round from 0."""

    round: int
    position: int
    lane: PlannedLane

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"round{self.round:02d}-{self.lane.id}"

    @property
    def log(self) -> str:
        """The log's path in the artifact."""
        return f"logs/{self.name}.log"

    @property
    def evidence(self) -> str:
        """The path in the artifact of the lines that oneDNN says."""
        return f"evidence/{self.name}.txt"

    def spec(self, work: Path) -> Path:
        """Where its process's spec is, in the folder shared with workers."""
        return work / f"{self.name}.spec.json"

    def record(self, work: Path) -> Path:
        """Where its process leaves its record."""
        return work / f"{self.name}.record.json"
