"""The seal of a verdict: nobody without the key can make one, or make one mean another plan."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from eniguard.errors import ConfigError, VerdictRefused
from eniguard.remediation.plan import Approver, Plan, Purpose, Verdict

#: As many bytes as HMAC-SHA256 gives: a shorter key is the weaker part (RFC 2104, section 3).
LEAST_KEY = 32
#: Seconds for which a verdict to take a plan back holds. A choice of this project: the plan itself has as a
#: rule expired by then, and whoever decides about the undoing starts it.
UNDO_HOLDS = 3600.0
#: Seconds that the clocks of two functions may differ by.
_SKEW = 60.0
#: Who may let a plan of a mode be carried out.
_DECIDERS: Mapping[str, tuple[str, ...]] = {"approve": ("oidc", "ram"), "auto": ("oidc", "ram", "mode")}


class Seal:
    """Makes verdicts, and tells whether one holds.

    Parameters
    ----------
    keys
        Keys by their ids, of 32 bytes at least; they are not in the store. Those beside the current one still
        hold, so that a key can be changed while plans are open.
    current
        The id of the key that new verdicts are sealed with.
    nonce
        Gives another text each time.

    Raises
    ------
    ConfigError
        There is no such key, or one is too short.

    Examples
    --------
    ::

        seal = Seal({"2026": key}, "2026")
        verdict = seal.verdict(plan, approver, approved=True, at=time.time())
        seal.check(verdict, plan, time.time())
    """

    __slots__ = ("_current", "_keys", "_nonce")

    def __init__(
        self,
        keys: Mapping[str, bytes],
        current: str,
        *,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        if current not in keys:
            raise ConfigError(f"remediation.keys: there is no key {current!r}; name one of {', '.join(keys)}")
        for key_id, key in keys.items():
            if len(key) < LEAST_KEY:
                raise ConfigError(
                    f"remediation.keys: the key {key_id!r} has {len(key)} bytes; {LEAST_KEY} are needed "
                    "(openssl rand -hex 32 makes one)"
                )
        self._keys = dict(keys)
        self._current = current
        self._nonce = nonce

    def __repr__(self) -> str:
        return f"Seal(current={self._current!r})"

    def verdict(
        self, plan: Plan, approver: Approver, *, approved: bool, at: float, purpose: Purpose = "apply"
    ) -> Verdict:
        """A sealed verdict on a plan; that the approver is who he says he is has to be known before."""
        unsealed = Verdict(
            plan_id=plan.id,
            digest=plan.digest,
            approved=approved,
            approver=approver,
            at=at,
            nonce=self._nonce(),
            key_id=self._current,
            seal="",
            purpose=purpose,
        )
        return replace(unsealed, seal=_sealed(unsealed, self._keys[self._current]))

    def check(self, verdict: Verdict, plan: Plan, now: float, purpose: Purpose = "apply") -> None:
        """Let a verdict pass that holds for this plan, and for this purpose, at this time.

        Whether it is the first, and who made it, is looked at by `eniguard.remediation.box.Plans`.

        Raises
        ------
        VerdictRefused
            It does not; the answer is the same whatever is wrong with it.
        """
        key = self._keys.get(verdict.key_id)
        # An unknown key takes as long as a known one.
        expected = _sealed(replace(verdict, seal=""), key or bytes(LEAST_KEY))
        genuine = hmac.compare_digest(expected.encode(), verdict.seal.encode("utf-8", "surrogatepass"))
        holds = (
            genuine
            and key is not None
            and verdict.plan_id == plan.id
            and verdict.digest == plan.digest
            and verdict.purpose == purpose
            and verdict.approver.by in _DECIDERS.get(plan.mode, ())
            and plan.at - _SKEW <= verdict.at <= now + _SKEW
            and now <= holds_until(verdict, plan)
        )
        if not holds:
            raise VerdictRefused


def holds_until(verdict: Verdict, plan: Plan) -> float:
    """Until when what was decided lets calls be made, in seconds since 1970 (UTC)."""
    return plan.expires if verdict.purpose == "apply" else verdict.at + UNDO_HOLDS


def _sealed(unsealed: Verdict, key: bytes) -> str:
    return hmac.new(key, msgspec.json.encode(unsealed, order="sorted"), "sha256").hexdigest()
