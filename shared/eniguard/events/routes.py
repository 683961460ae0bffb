"""Where an event goes before anything of it is judged: to its catalogue entry, or out with a reason."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from eniguard.events.catalog import APIS, Api, api_of, event_names

#: Why an event is none of our business.
#:
#: ``other_call``: an API the catalogue does not list, of this or another service; ``sign_in``: console
#: sign-ins and password resets; ``insight``: an ActionTrail insight; ``platform``: what staff of the cloud
#: provider did (inner events); ``cloud_service``: an EventBridge event that is no ActionTrail event;
#: ``ecs_native``: a notification of ECS itself; ``other_log``: a log row of another product.
Reason = Literal["other_call", "sign_in", "insight", "platform", "cloud_service", "ecs_native", "other_log"]

#: Event types that are no API calls (docs/sources.md, Events); sign-ins carry the type as their name as well.
NO_CALLS: dict[str | None, Reason] = {
    "ConsoleSignin": "sign_in",
    "ConsoleSignout": "sign_in",
    "PasswordReset": "sign_in",
    "ActionTrailInsight": "insight",
}

#: Names that are looked at: catalogued calls, sign-ins, and no name, which may be an envelope.
NAMES: frozenset[str | None] = frozenset((*event_names(), *NO_CALLS, None, ""))

_PRODUCTS = tuple(dict.fromkeys(api.product for api in APIS.values()))


def not_a_call(event_type: str | None, name: str | None) -> Reason | None:
    """The reason why an event of this type or name is no API call, ``None`` if it is one."""
    return NO_CALLS.get(event_type) or NO_CALLS.get(name)


@lru_cache(maxsize=4096)
def api_for(service: str | None, name: str | None) -> Api | None:
    """The catalogue entry of an event that names both, remembered: a trail repeats a few hundred pairs."""
    return api_of(service, name) if service and name else None


def api_without_service(source: str | None, name: str) -> Api | None:
    """The catalogue entry of an event that lacks ``serviceName``.

    The product is the first label of the endpoint in ``eventSource``, which for ECS varies
    (``ecs-cn-hangzhou-share.aliyuncs.com``); without one the name alone decides.
    """
    if source:
        label = source.partition(".")[0].lower()
        return next((api_of(product, name) for product in _PRODUCTS if label.split("-")[0] == product), None)
    return next((api for product in _PRODUCTS if (api := api_of(product, name)) is not None), None)
