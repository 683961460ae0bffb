"""The parts a function is made of; each can be used alone."""

from eniguard.toolkit.context import FcContext
from eniguard.toolkit.log import JsonLines

__all__ = ["FcContext", "JsonLines"]
