"""One run, whole: the content of `result.json`, versioned."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact
from bench.model.host import Host
from bench.model.kit import Kit
from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.summary import Summary
from bench.model.workload import DataSpec

SCHEMA_VERSION = "2.0"

RunStatus = Literal["running", "completed", "interrupted", "failed"]


class Data(Fact):
    """The data set the run used, and why that one."""

    spec: DataSpec
    reason: str


class Result(Fact):
    """One run, whole: `result.json`."""

    schema_version: str = SCHEMA_VERSION
    kit: Kit
    status: RunStatus
    stop_reason: str
    command: list[str]
    started_at: str = Field(description="UTC, ISO 8601")
    finished_at: str | None
    host: Host
    plan: Plan
    data: Data | None
    processes: list[Process]
    summary: Summary
