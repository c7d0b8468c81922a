"""Which build of this kit made a result."""

from typing import Literal

from pydantic import Field

from bench.model.base import Fact, Reading


class Build(Fact):
    """What an image was built from: the record that it carries."""

    commit: Reading[str]
    built_at: Reading[str] = Field(description="SOURCE_DATE_EPOCH, else the commit's time; UTC")
    locks: dict[str, str] = Field(description="SHA-256 of each lock file, by name")
    base: str
    base_digest: Reading[str]
    torch_builds: dict[str, Literal["cpu", "registry"]] = Field(
        description="the index that torch came from, of each stack in it"
    )


class Kit(Fact):
    """The build of this kit that made the result; `commit` may end in `-dirty`."""

    version: str
    commit: str | None
    commit_reason: str | None = None
    build: Reading[Build] = Reading(reason="not run from an image")
    image_id: Reading[str] = Reading(reason="not run from an image")
    image_digest: Reading[str] = Reading(reason="not run from an image")
