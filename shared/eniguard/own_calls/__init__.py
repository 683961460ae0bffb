"""What the guard itself called: the ledger that proves a call its own, and the canaries among them."""

from eniguard.own_calls.canaries import MADE_UP, Canaries, CanaryCall, Waited
from eniguard.own_calls.ledger import Ledger

__all__ = ["MADE_UP", "Canaries", "CanaryCall", "Ledger", "Waited"]
