"""One run, whole: the content of `result.json`, versioned."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact, Reading
from bench.model.host import Host
from bench.model.plan import Plan
from bench.model.process import Process
from bench.model.summary import Summary
from bench.model.workload import DataSpec

SCHEMA_VERSION = "1.0"

RunStatus = Literal["running", "completed", "interrupted", "failed"]


class Data(Fact):
    """The data set the run used, and why that one."""

    spec: DataSpec
    reason: str


class Build(Fact):
    """What an image was built from: the record that it carries."""

    commit: Reading[str]
    built_at: Reading[str] = Field(description="SOURCE_DATE_EPOCH, else the commit's time; UTC")
    locks: dict[str, str] = Field(description="SHA-256 of each lock file, by name")
    base: str
    base_digest: Reading[str]
    torch_build: Literal["cpu", "registry"] = Field(description="the index torch came from")


class Kit(Fact):
    """The build of this kit that made the result; `commit` may end in `-dirty`."""

    version: str
    commit: str | None
    commit_reason: str | None = None
    build: Reading[Build] = Reading(reason="not run from an image")
    image_id: Reading[str] = Reading(reason="not run from an image")
    image_digest: Reading[str] = Reading(reason="not run from an image")


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
