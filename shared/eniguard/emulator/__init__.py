"""A local Function Compute: the functions of a template.yml, each in processes of its own."""

from __future__ import annotations

from eniguard.emulator.compute import Compute
from eniguard.emulator.functions import Function, functions_of
from eniguard.emulator.http_triggers import HttpServer, HttpServers, HttpTrigger, http_triggers_of
from eniguard.emulator.server import EmulatorServer

__all__ = [
    "Compute",
    "EmulatorServer",
    "Function",
    "HttpServer",
    "HttpServers",
    "HttpTrigger",
    "functions_of",
    "http_triggers_of",
]
