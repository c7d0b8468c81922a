"""What an archive says of itself to catalogues of research data: an RO-Crate, version 1.2.

https://w3id.org/ro/crate/1.2: a document in JSON-LD that lists what is in the archive, what made it
and on what. All of it follows from the run: packed again, it is the same.
"""

import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from bench.model.result import Result
from bench.results.system import used_stacks
from bench.text import counted

METADATA = "ro-crate-metadata.json"

SPECIFICATION = "https://w3id.org/ro/crate/1.2"

CONTEXT = [f"{SPECIFICATION}/context", {"sha256": "http://schema.org/sha256"}]

NO_LICENCE = "No licence was named by who packed this: ask them before it is used again."
"""A crate must say something of its licence; text will do."""

MEDIA_TYPES = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain",
    ".log": "text/plain",
    "": "text/plain",
}

DESCRIPTIONS = {
    "result.json": "the whole run: plan, host, every timed step, conclusions; all else is drawn "
    "from it",
    "samples.csv": "every timed step",
    "report.md": "the run's report",
    "report.html": "the run's report",
    "SHA256SUMS": "the sums of the run's files; `sha256sum -c SHA256SUMS` checks them",
    "system.json": "the host and its software, in MLCommons' words",
}

Entity = dict[str, Any]


@dataclass(frozen=True)
class Packed:
    """A file in an archive: its path there, its bytes, its SHA-256."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True)
class Wishes:
    """What only who packs can know, and says or not: a licence, and whose the run is."""

    licence: str | None = None
    author: str | None = None


NONE = Wishes()


def crate(result: Result, run: str, files: list[Packed], wishes: Wishes) -> Entity:
    """The metadata document of an archive that has the run in folder `run` of its root."""
    inside = [each for each in files if each.name.startswith(f"{run}/")]
    beside = [each for each in files if each not in inside]
    folder = {
        "@id": f"{_id(run)}/",
        "@type": "Dataset",
        "name": run,
        "description": "the run's folder, as the run left it: `bench verify` checks it",
        "hasPart": [_reference(each.name) for each in inside],
    }
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": SPECIFICATION},
        },
        _root(result, run, beside, wishes),
        folder,
        *map(_file, [*beside, *inside]),
        _action(result, run, wishes),
        _kit(result),
        *_software(result),
        _host(result),
        *_named(wishes),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def _root(result: Result, run: str, beside: list[Packed], wishes: Wishes) -> Entity:
    lanes = ", ".join(lane.id for lane in result.plan.running)
    model = ", ".join(dict.fromkeys(lane.workload.title for lane in result.plan.lanes))
    brand = result.host.cpu.brand.value or result.host.cpu.architecture
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"PyTorch training on {brand}, {run}",
        "description": f"How fast {model} trains on that host, and on which instructions: lanes "
        f"{lanes}, profile {result.plan.profile}.",
        "datePublished": _day(result),
        "license": NO_LICENCE if wishes.licence is None else _licence(wishes.licence),
        **({"author": {"@id": "#author"}} if wishes.author is not None else {}),
        "hasPart": [*(_reference(each.name) for each in beside), {"@id": f"{_id(run)}/"}],
        "mentions": {"@id": "#run"},
    }


def _day(result: Result) -> str:
    """When the run ended: when somebody published it nobody knows who packs it."""
    ended = result.finished_at or result.started_at
    return datetime.fromisoformat(ended).date().isoformat()


def _file(packed: Packed) -> Entity:
    path = PurePosixPath(packed.name)
    described = DESCRIPTIONS.get(path.name) if len(path.parts) <= 2 else None
    media = MEDIA_TYPES.get(path.suffix.lower())
    return {
        "@id": _id(packed.name),
        "@type": "File",
        "name": path.name,
        **({"description": described} if described else {}),
        **({"encodingFormat": media} if media else {}),
        "contentSize": str(packed.size),
        "sha256": packed.digest,
    }


def _action(result: Result, run: str, wishes: Wishes) -> Entity:
    """What made the run's files: this kit, on that host."""
    completed = result.status == "completed"
    status = "CompletedActionStatus" if completed else "FailedActionStatus"
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "bench run",
        "description": shlex.join(result.command),
        "startTime": result.started_at,
        "endTime": result.finished_at or result.started_at,
        **({"agent": {"@id": "#author"}} if wishes.author is not None else {}),
        "instrument": [{"@id": "#kit"}, {"@id": "#host"}],
        "result": {"@id": f"{_id(run)}/"},
        "actionStatus": {"@id": f"http://schema.org/{status}"},
        **({} if completed else {"error": result.stop_reason}),
    }


def _kit(result: Result) -> Entity:
    kit = result.kit
    commit = kit.commit or f"commit unknown: {kit.commit_reason}"
    return {
        "@id": "#kit",
        "@type": "SoftwareApplication",
        "name": "bench",
        "description": "a benchmark kit for PyTorch training on Intel Xeon",
        "version": kit.version,
        "softwareVersion": f"{kit.version} ({commit})",
        "softwareRequirements": [{"@id": each["@id"]} for each in _software(result)],
    }


def _software(result: Result) -> list[Entity]:
    """The packages that the lanes trained with, stack by stack."""
    return [
        {
            "@id": f"#{_id(stack.name)}-{_id(name)}",
            "@type": "SoftwareApplication",
            "name": name,
            "version": release,
        }
        for stack in used_stacks(result)
        for name, release in stack.releases.items()
    ]


def _host(result: Result) -> Entity:
    host = result.host
    topology = host.topology
    return {
        "@id": "#host",
        "@type": "IndividualProduct",
        "name": host.name or host.id,
        "identifier": host.id,
        "model": host.cpu.brand.value or "unknown",
        "manufacturer": host.cpu.vendor.value or "unknown",
        "description": f"{counted(topology.sockets, 'socket')}, {counted(topology.cores, 'core')}, "
        f"{counted(topology.threads, 'thread')}; model and manufacturer are the processor's. "
        "More is in system.json.",
        "subjectOf": {"@id": "system.json"},
    }


def _named(wishes: Wishes) -> list[Entity]:
    """What was named by who packs."""
    entities: list[Entity] = []
    if wishes.author is not None:
        entities.append({"@id": "#author", "@type": "Person", "name": wishes.author})
    if wishes.licence is not None:
        entities.append(
            {
                **_licence(wishes.licence),
                "@type": "CreativeWork",
                "name": wishes.licence,
                "description": f"the licence of this run's files: {wishes.licence}",
            }
        )
    return entities


def _licence(named: str) -> Entity:
    """A licence's address, or that of its SPDX identifier."""
    if named.startswith(("https://", "http://")):
        return {"@id": named}
    return {"@id": f"https://spdx.org/licenses/{quote(named, safe='.+-')}"}


def _reference(name: str) -> Entity:
    return {"@id": _id(name)}


def _id(name: str) -> str:
    """A path as a reference: letters of any script stay, what has a meaning there is escaped."""
    return "".join(each if each.isalnum() else quote(each, safe="/._-+@") for each in name)
