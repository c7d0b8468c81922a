"""A site's Atom feed (RFC 4287): an entry a run, the newest first."""

from collections.abc import Sequence
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

from bench.publish.entry import LaneEntry, RunEntry
from bench.publish.spread import over_best, over_fp32
from bench.publish.tables import page
from bench.text import figure

NEWEST = 50
"""Entries of a feed."""

UNKNOWN_TIME = "1970-01-01T00:00:00Z"
"""When a run was that does not say when: an entry must have a time."""


def feed(runs: Sequence[RunEntry], site: str, title: str, url: str | None) -> bytes:
    """The newest runs. `site` is the site's UUID, which the ids of its entries follow from.

    Links are relative, to the feed itself, or to `url` where it is known.
    """
    newest = sorted(runs, key=_updated, reverse=True)[:NEWEST]
    base = f" xml:base={quoteattr(url)}" if url else ""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"{base}>',
        f"<id>urn:uuid:{site}</id>",
        f"<title>{_text(title)}</title>",
        f"<updated>{_updated(newest[0]) if newest else UNKNOWN_TIME}</updated>",
        "<author><name>bench publish</name></author>",
        '<link rel="self" type="application/atom+xml" href="feed.xml"/>',
        '<link rel="alternate" type="text/html" href="index.html"/>',
        *(_entry(run, site) for run in newest),
        "</feed>",
    ]
    return "\n".join(lines).encode() + b"\n"


def _entry(run: RunEntry, site: str) -> str:
    check = "functional check, no measurement: " if run.functional_check else ""
    return (
        f"<entry><id>urn:uuid:{uuid5(UUID(site), run.sum)}</id>"
        f"<title>{_text(f'{check}{run.processor}, {run.profile}, {run.date}')}</title>"
        f"<updated>{_updated(run)}</updated>"
        f'<link rel="alternate" type="text/html" href={quoteattr(page(run))}/>'
        f"<summary>{_text('; '.join(map(_said, run.lanes)) or 'No lane was measured.')}</summary>"
        "</entry>"
    )


def _said(lane: LaneEntry) -> str:
    """`bf16-amx 61.0 img/s, 10.2× fp32`."""
    ratio = over_fp32(lane) or over_best(lane)
    times = f", {ratio.value:.2f}× {ratio.against}" if ratio else ""
    return f"{lane.lane} {figure(lane.compute.median)} {lane.unit}/s{times}"


def _updated(run: RunEntry) -> str:
    return run.finished_at or run.started_at or UNKNOWN_TIME


def _text(text: str) -> str:
    """What XML 1.0 can hold: the rest of its control characters an entry never has."""
    return escape(text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd"))
