"""Where the guard keeps evidence, state and secrets: taken away, or made to forget sooner."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import BUCKET, LOG_PROJECT, LOG_STORE, SECRET, TABLE, TABLE_INSTANCE
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.self.own import OTHERS, idle_unless, nameless, same
from eniguard.settings import Guard


class _Store(Struct, frozen=True, gc=False):
    """A store of the guard that a call is on; ``days`` is how long logs have to be kept, if that is said."""

    resource: Resource
    days: int | None = None


class EvidenceStoreChanged(Rule):
    """SELF006."""

    code = "SELF006"
    name = "evidence-store-changed"
    severity = "high"
    summary = "A store of the guard's evidence, state or secrets was changed or deleted."
    why = "Evidence that is gone proves nothing, and a secret that somebody else sets sends alerts elsewhere."
    advice = (
        "Ask who did this and why, and set the store up as it was. Save what is still there; a secret is in "
        "its recovery window for a while."
    )
    actions = frozenset(
        (
            "sls:DeleteProject",
            "sls:DeleteLogStore",
            "sls:UpdateLogStore",
            "sls:ClearLogStoreStorage",
            "sls:DeleteLogs",
            "oss:DeleteBucket",
            "oss:PutBucketLifecycle",
            "ots:DeleteInstance",
            "ots:DeleteTable",
            "ots:UpdateTable",
            "kms:DeleteSecret",
            "kms:PutSecretValue",
            "kms:UpdateSecretVersionStage",
            "kms:SetSecretPolicy",
        )
    )
    outcomes = SUCCEEDED
    actors = OTHERS
    references = (
        Reference("Simple Log Service API, 2020-12-30", "DeleteLogStore, UpdateLogStore, DeleteProject"),
        Reference("OSS API, 2019-05-17", "DeleteBucket, PutBucketLifecycle"),
        Reference("Tablestore API", "DeleteTable, UpdateTable, DeleteInstance"),
        Reference("KMS API, 2016-01-20", "DeleteSecret, PutSecretValue, SetSecretPolicy"),
    )
    false_positives = "A planned rotation of a secret by its owner; a lifecycle rule for another prefix."

    idle = staticmethod(idle_unless("guard.stores", "log_stores", "buckets", "tables", "secrets"))

    def evaluate(self, case: Case) -> Verdicts:
        own, kind = _watched(case.call, case.policy.guard)
        if unnamed := nameless(self, case, own, kind):
            return unnamed
        stores = _stores_hit(case.call, case.policy.guard)
        named = ", ".join(one.id for one in case.call.targets)
        if not case.check("it is on a store of the guard in guard.yml", bool(stores), named):
            return ()
        return [verdict for store in stores for verdict in self._changed(case, store)]

    def _changed(self, case: Case, store: _Store) -> list[Verdict]:
        evidence = []
        if case.call.name == "UpdateLogStore":
            days = case.call.parameters.integer("ttl")
            if not case.check("it sets how long logs are kept", days is not None):
                return []
            if store.days is None:
                reason = "how long the logs have to be kept is not said: give days under guard.stores.sls"
                return [self.undecided(case, reason, subject=store.resource)]
            if not case.check(
                "logs are kept shorter than guard.yml asks for", _shorter(days, store.days), days
            ):
                return []
            evidence = [Evidence("ttl", days, f"guard.yml asks for {store.days} days")]
        summary = f"{case.call.name} succeeded on {store.resource.id}, a store of the guard"
        return [self.finding(case, store.resource, summary, evidence=evidence)]


def _shorter(days: int | None, wanted: int) -> bool:
    return days is not None and days < wanted


def _watched(call: Call, guard: Guard) -> tuple[Sequence[object], str]:
    """What guard.yml names of the sort that a call is on, and the kind that every such call names."""
    return {
        "sls": (guard.log_stores, LOG_PROJECT),
        "oss": (guard.buckets, BUCKET),
        "ots": (guard.tables, TABLE_INSTANCE),
        "kms": (guard.secrets, SECRET),
    }[call.product]


def _stores_hit(call: Call, guard: Guard) -> list[_Store]:
    """The stores of the guard that a call is on; what is done to a whole is done to each of its parts."""
    return [*_logs_hit(call, guard), *_tables_hit(call, guard), *_named(call, guard)]


def _logs_hit(call: Call, guard: Guard) -> list[_Store]:
    projects, logstores = call.ids(LOG_PROJECT), call.ids(LOG_STORE)
    found = []
    for own in guard.log_stores:
        if not any(same(own.project, one) for one in projects):
            continue
        if not logstores:
            found.append(_Store(Resource(LOG_PROJECT, own.project)))
        found += [
            _Store(Resource(LOG_STORE, f"{own.project}/{one}"), own.days)
            for one in logstores
            if own.logstore is None or same(own.logstore, one)
        ]
    return _each_once(found)


def _tables_hit(call: Call, guard: Guard) -> list[_Store]:
    instances, tables = call.ids(TABLE_INSTANCE), call.ids(TABLE)
    found = []
    for own in guard.tables:
        if not any(same(own.instance, one) for one in instances):
            continue
        if not tables:
            found.append(_Store(Resource(TABLE_INSTANCE, own.instance)))
        found += [
            _Store(Resource(TABLE, f"{own.instance}/{one}"))
            for one in tables
            if own.table is None or same(own.table, one)
        ]
    return _each_once(found)


def _named(call: Call, guard: Guard) -> list[_Store]:
    return [
        _Store(Resource(kind, one))
        for kind, owned in ((BUCKET, guard.buckets), (SECRET, guard.secrets))
        for name in call.ids(kind)
        for one in owned
        if same(name, one)
    ]


def _each_once(stores: list[_Store]) -> list[_Store]:
    """Each resource once, with the strictest number of days."""
    found: dict[Resource, _Store] = {}
    for one in stores:
        known = found.get(one.resource)
        if known is None or (one.days or 0) > (known.days or 0):
            found[one.resource] = one
    return list(found.values())
