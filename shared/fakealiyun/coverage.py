"""Which APIs are implemented: the page of the documentation, made from the handlers themselves."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from fakealiyun.catalogue import SERVICES
from fakealiyun.chats.group import CHATS
from fakealiyun.services import Service

_HEAD = """\
# What fakealiyun implements

Made by `make coverage-page` from the handlers and from the APIs that the official SDKs publish.
An API that is not implemented answers with status 501 and `FakeAliyun.NotImplemented`, and names itself.

| service | version | implemented | published |
|---|---|---|---|
"""


_CHATS_HEAD = """
## Chats

Robots that messages are posted to, by kind; any other address answers with status 501.

| kind | address | signed | at most |
|---|---|---|---|
"""


def published() -> dict[tuple[str, str], list[str]]:
    """API names by host and version, as the official SDKs have them."""
    found: dict[tuple[str, str], list[str]] = {}
    apis: list[str] = []
    for line in (files("fakealiyun.documents") / "published.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            apis.append(line.strip())
        else:
            host, _, version = line.partition(" ")
            apis = found.setdefault((host, version), [])
    return found


def page() -> str:
    """The page, as Markdown."""
    known = published()
    chats = _CHATS_HEAD + "\n".join(_chats())
    return "\n".join((_HEAD + "\n".join(_sums(known)), chats, *_tables(known), ""))


def _apis(service: Service, known: dict[tuple[str, str], list[str]]) -> list[str]:
    return sorted({*service.handlers, *known[service.hosts[0], service.version]})


def _sums(known: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    for service in SERVICES:
        all_of_it = known[service.hosts[0], service.version]
        done = sum(api in service.handlers for api in all_of_it)
        yield f"| {service.name} | {service.version} | {done} | {len(all_of_it)} |"


def _chats() -> Iterator[str]:
    for kind, chat in CHATS.items():
        limits = " and ".join(f"{most} in {seconds:g} s" for most, seconds in chat.limits)
        blocked = f", then none for {chat.blocked:g} s" if chat.blocked else ""
        address = chat.address.format("…").replace("%2F", "/")
        yield f"| {kind} | `{address}` | {'yes' if chat.signs else 'no'} | {limits or 'any'}{blocked} |"


def _tables(known: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    for service in SERVICES:
        yield f"\n## {service.name}\n\n| action | implemented |\n|---|---|"
        for api in _apis(service, known):
            yield f"| `{service.product}:{api}` | {_state(api, service, known)} |"


def _state(api: str, service: Service, known: dict[tuple[str, str], list[str]]) -> str:
    if api not in service.handlers:
        return "no"
    return "yes" if api in known[service.hosts[0], service.version] else "yes, though not published"
