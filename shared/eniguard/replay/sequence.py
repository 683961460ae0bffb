"""The calls of one account and region, decided in order with a memory of what they did."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eniguard.events.calls import Call
from eniguard.facts.refs import Ref
from eniguard.pipeline import Aim, Decided, Pipeline
from eniguard.rules.registry import Registry
from eniguard.settings import Policy
from eniguard.sources import Source, SourceAtHand
from eniguard.sources.history import MemoryHistory
from eniguard.sources.journal import Journal, touched
from eniguard.sources.local import LocalSource
from eniguard.sources.snapshot import Snapshot

Watch = Callable[[Decided], None]
#: A call with all that is known of its decision before the calls before it are decided.
Ready = tuple[Call, Pipeline, "Aim | None", Sequence[Ref]]
MakeSource = Callable[["Snapshot | None", Journal], "Source | SourceAtHand"]


class CallSequence:
    """Decides calls one after the other: each sees the resources as the earlier ones left them.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    registry
        The enabled rules.
    watch
        Told of each decision with what it was made from, before the call is folded in.
    source
        Makes the source of facts out of a snapshot, if there is one, and the journal of the calls so far.
    brief
        As for `Pipeline`.
    """

    def __init__(
        self,
        policy: Policy,
        registry: Registry,
        watch: Watch | None = None,
        source: MakeSource = LocalSource,
        brief: bool = False,
    ) -> None:
        self._policy = policy
        self._registry = registry
        self._watch = watch
        self._source = source
        self._brief = brief
        self._journal = Journal()
        self._history = MemoryHistory()
        self._pipelines: dict[Snapshot | None, Pipeline] = {}

    def decide(self, call: Call, snapshot: Snapshot | None = None) -> Decided:
        """Decide one call, then take in what it did.

        Parameters
        ----------
        call
            The call; earlier ones of the same account and region have been decided before it.
        snapshot
            What is known of the resources at one moment, if anything.
        """
        return self.decide_ready(self.ready(call, snapshot))

    def ready(self, call: Call, snapshot: Snapshot | None = None) -> Ready:
        """What `decide` works out of a call alone; earlier ones need not have been decided."""
        pipeline = self._pipelines.get(snapshot) or self._new_pipeline(snapshot)
        return call, pipeline, pipeline.aim(call), touched(call)

    def decide_ready(self, ready: Ready) -> Decided:
        """As `decide`, of a call that is `ready`."""
        call, pipeline, aim, refs = ready
        decided = pipeline.decide(call, call.at, aim)
        if self._watch is not None:
            self._watch(decided)
        if refs:
            pipeline.ask(refs, decided)
            self._journal.fold(call, refs, decided.case.before)
        return decided

    def _new_pipeline(self, snapshot: Snapshot | None) -> Pipeline:
        made = self._pipelines[snapshot] = Pipeline(
            self._policy,
            registry=self._registry,
            source=self._source(snapshot, self._journal),
            history=self._history,
            brief=self._brief,
        )
        return made
