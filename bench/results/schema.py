"""A `result.json` of any version that can be read: checked, and brought to this kit's own."""

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bench.errors import BenchError, Exit
from bench.model.result import SCHEMA_VERSION, Result
from bench.results.bounds import parse
from bench.results.newer import NAMED, drop_unknown
from bench.results.structure import faults
from bench.results.upgrade import upgrade
from bench.text import one_line

KEY = 120
"""Characters of a field's path that are shown."""


@dataclass(frozen=True)
class Opened:
    """A result that could be read: `notes` say what its reader should know of the reading."""

    result: Result
    schema: str
    """The version that the file itself follows."""
    notes: list[str]


def parse_result(content: bytes, name: Path) -> Opened:
    """A `result.json`, checked: its schema, and how its parts fit. BenchError (exit 5) if not.

    One of schema 1 is brought to this one's shape. Of a newer minor version the fields that are
    not known here are dropped, and named.
    """
    try:
        tree = parse(content)
        version = _version(tree, name)
        tree, notes = _as_own(tree, version)
        result = Result.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _invalid(name, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise _invalid(name, str(error)) from None
    if fault := next(faults(result), None):
        raise _invalid(name, fault)
    return Opened(result, version, notes)


def _version(tree: object, name: Path) -> str:
    version = str(tree.get("schema_version")) if isinstance(tree, dict) else ""
    if not re.fullmatch(r"\d{1,4}\.\d{1,4}", version):
        raise ValueError("it does not say which schema_version it follows")
    if version.split(".")[0] not in ("1", SCHEMA_VERSION.split(".")[0]):
        raise BenchError(
            f"{name} follows schema {version}; this bench reads {SCHEMA_VERSION} and 1.0",
            "use a bench of the version in its kit.version",
            Exit.INVALID_ARTIFACT,
        )
    return version


def _as_own(tree: object, version: str) -> tuple[object, list[str]]:
    """The tree in this kit's shape, as far as its version tells, and what was done for it."""
    if version.startswith("1."):
        note = f"it follows schema {version}, and was read as {SCHEMA_VERSION} has it"
        return upgrade(tree), [note]
    if _minor(version) <= _minor(SCHEMA_VERSION):
        return tree, []
    unknown = drop_unknown(tree, Result)
    note = f"it follows schema {version}, which is newer than this bench's {SCHEMA_VERSION}"
    if unknown:
        named = ", ".join(one_line(path, KEY) for path in unknown[:NAMED])
        more = " and others" if len(unknown) > NAMED else ""
        note += f"; not known here, and left out: {named}{more}"
    return tree, [note]


def _minor(version: str) -> int:
    return int(version.split(".")[1])


def _invalid(name: Path, why: str) -> BenchError:
    return BenchError(
        f"{name} is not a valid result: {why}",
        f"it should follow schema {SCHEMA_VERSION}: `bench schema` prints it",
        Exit.INVALID_ARTIFACT,
    )
