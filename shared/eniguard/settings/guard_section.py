"""The ``guard`` section of guard.yml: what is the guard's own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from eniguard.settings.guard import ControlTag, Guard, GuardLogStore, GuardRule, GuardTable, GuardTrail
from eniguard.settings.strict import Strict


class TrailEntry(Strict):
    """A trail of ActionTrail that the guard is fed by."""

    name: str
    events: Literal["Write", "Read", "All"] = Field(default="Write", description="EventRW it has to have")
    regions: list[str] | None = Field(default=None, description="Regions it has to record; all by default")
    sls_project: str | None = Field(default=None, description="Project it has to deliver to")
    oss_bucket: str | None = Field(default=None, description="Bucket it has to deliver to")


class EventRuleEntry(Strict):
    """An event rule of EventBridge that hands events to the guard."""

    name: str
    bus: str = Field(default="default", description="Its event bus")


class LogStoreEntry(Strict):
    """A project of Simple Log Service, or one logstore of it."""

    project: str
    logstore: str | None = None
    days: int | None = Field(default=None, ge=1, description="Days that logs have to be kept")


class TableEntry(Strict):
    """An instance of Tablestore, or one table of it."""

    instance: str
    table: str | None = None


class StoresSection(Strict):
    """Where evidence, state and secrets of the guard are kept."""

    sls: list[LogStoreEntry] = Field(default_factory=list)
    oss: list[str] = Field(default_factory=list, description="Names of buckets")
    tablestore: list[TableEntry] = Field(default_factory=list)
    kms: list[str] = Field(default_factory=list, description="Names of secrets")


class ControlTagEntry(Strict):
    """A tag by which a controller knows its own resources, as in `creator` = `terway`."""

    key: str
    value: str | None = Field(default=None, description="Left out: any value")


class GuardSection(Strict):
    """The guard's own things. A rule of the family SELF says nothing of what is not named here."""

    roles: list[str] = Field(default_factory=list, description="Names of the roles its functions run as")
    policies: list[str] = Field(default_factory=list, description="Names of the policies of those roles")
    trails: list[TrailEntry] = Field(default_factory=list)
    event_rules: list[EventRuleEntry] = Field(default_factory=list)
    functions: list[str] = Field(
        default_factory=list,
        description="Names of its functions; `service/function` for Function Compute 2.0",
    )
    stores: StoresSection = Field(default_factory=StoresSection)
    control_tags: list[ControlTagEntry] = Field(
        default_factory=list, description="Tags of controllers; `guard:ignore` always counts"
    )

    def compiled(self) -> Guard:
        """The compiled form, which the deciding core reads."""
        stores = self.stores
        return Guard(
            roles=tuple(self.roles),
            policies=tuple(self.policies),
            trails=tuple(_trail(one) for one in self.trails),
            event_rules=tuple(GuardRule(one.name, one.bus) for one in self.event_rules),
            functions=tuple(self.functions),
            log_stores=tuple(GuardLogStore(one.project, one.logstore, one.days) for one in stores.sls),
            buckets=tuple(stores.oss),
            tables=tuple(GuardTable(one.instance, one.table) for one in stores.tablestore),
            secrets=tuple(stores.kms),
            control_tags=tuple(ControlTag(one.key, one.value) for one in self.control_tags),
        )


def _trail(entry: TrailEntry) -> GuardTrail:
    regions = None if entry.regions is None else tuple(entry.regions)
    return GuardTrail(entry.name, entry.events, regions, entry.sls_project, entry.oss_bucket)


#: The models below ``guard``, by the keys that lead to them.
SECTIONS: dict[tuple[str, ...], type[Strict]] = {
    (): GuardSection,
    ("trails",): TrailEntry,
    ("event_rules",): EventRuleEntry,
    ("stores",): StoresSection,
    ("stores", "sls"): LogStoreEntry,
    ("stores", "tablestore"): TableEntry,
    ("control_tags",): ControlTagEntry,
}
