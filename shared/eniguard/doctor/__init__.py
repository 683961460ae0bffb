"""Looks at an account for what the guard needs: what is there, what is not, and what to do.

Nothing is changed but one trial entry in the state store, which is taken away again.
"""

from eniguard.doctor.check import Check, Status
from eniguard.doctor.examination import CHECKS, examine
from eniguard.doctor.setup import Setup

__all__ = ["CHECKS", "Check", "Setup", "Status", "examine"]
