"""guard.yml and the policy it compiles to."""

from eniguard.settings.policy import DEFAULT_POLICY, ActorMatch, Actors, Guard, Policy, RuleSettings

__all__ = ["DEFAULT_POLICY", "ActorMatch", "Actors", "Guard", "Policy", "RuleSettings"]
