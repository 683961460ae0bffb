"""Delivered events taken in: each is decided once and ends in one record, and nothing is lost on the way."""

from eniguard.intake.intake import Arrived, Ending, Handled, Intake
from eniguard.intake.pending import DEFERRED, GIVEN_UP, UNDECIDED, GivenUp, Pending
from eniguard.intake.retries import Retries
from eniguard.intake.told import Telling

__all__ = [
    "DEFERRED",
    "GIVEN_UP",
    "UNDECIDED",
    "Arrived",
    "Ending",
    "GivenUp",
    "Handled",
    "Intake",
    "Pending",
    "Retries",
    "Telling",
]
