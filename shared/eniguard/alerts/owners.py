"""Whose the resources of a finding are, and what to release in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eniguard.alerts.catalogue import Words
from eniguard.alerts.evidence import listed
from eniguard.alerts.message import Line
from eniguard.model import Finding


def owner_lines(words: Words, finding: Finding) -> Sequence[Line]:
    """Which service owns what, and what to release; nothing for resources that no service manages."""
    said = words.gettext
    managed = [one for one in finding.resources if one.managed]
    owned: dict[str, list[str]] = {}
    for one in managed:
        if one.owner_service is not None:
            owned.setdefault(one.owner_service, []).append(one.id)
    lines = [
        Line(said("{service} owns {ids}").format(service=service, ids=listed(words, ids)), said("Service"))
        for service, ids in owned.items()
    ]
    if owned:
        release = said(
            "Change or release the instance of that service: what it manages is changed or removed with it."
        )
        lines.append(Line(release, said("What to release")))
    nameless = [one.id for one in managed if one.owner_service is None]
    if nameless:
        ids = listed(words, nameless)
        lines.append(Line(said("Which service owns {ids} is not known.").format(ids=ids)))
    if managed:
        lines += _descriptions(words, finding)
    return lines


def _descriptions(words: Words, finding: Finding) -> Iterator[Line]:
    """What the managed resource says of itself, which mostly names its service and instance."""
    label = words.gettext("Its Description")
    for one in finding.evidence:
        if one.name == "Description" and isinstance(one.value, str) and one.value:
            yield Line(one.value, label)
