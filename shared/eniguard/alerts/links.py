"""Links to the console: of resources, and of the event in the trail.

ASSUMPTION: no document of Alibaba Cloud states the form of these addresses, and the console changes them.
They are those that its pages had when this was written. All of them stand in `FORMS`; ``alerts.links`` of
guard.yml replaces any, or leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from eniguard.alerts.alert import Alert
from eniguard.alerts.message import Link
from eniguard.model import Finding, Resource
from eniguard.model import kinds as k
from eniguard.settings.alerting import EVENT_LINK

#: The page of one resource of a kind, and of an event in the trail.
FORMS: Mapping[str, str] = {
    k.ENI: "https://ecs.console.aliyun.com/networkInterfaces/region/{region}/detail/{id}",
    k.SECURITY_GROUP: "https://ecs.console.aliyun.com/securityGroupDetail/region/{region}/groupId/{id}/detail/intranetIngress",
    k.INSTANCE: "https://ecs.console.aliyun.com/server/{id}/detail?regionId={region}",
    k.VSWITCH: "https://vpc.console.aliyun.com/vpc/{region}/switches/{id}",
    k.VPC: "https://vpc.console.aliyun.com/vpc/{region}/vpcs/{id}",
    k.EIP: "https://vpc.console.aliyun.com/eip/{region}/eips/{id}",
    k.ROLE: "https://ram.console.aliyun.com/roles/{id}",
    k.TRAIL: "https://actiontrail.console.aliyun.com/{region}/trails/{id}",
    EVENT_LINK: "https://actiontrail.console.aliyun.com/{region}/event-list?EventId={id}",
}

#: What an id of each kind looks like; no link is made of any other. Ids of ECS and VPC are a prefix and
#: lower-case letters and digits; names of roles and trails are those that their APIs take (docs/sources.md,
#: API); an event id is a GUID, or 24 hex digits in events of OSS (docs/sources.md, Events).
_CLOUD_ID = "{}-[0-9a-z]{{4,40}}"
_IDS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern)
    for kind, pattern in {
        k.ENI: _CLOUD_ID.format("eni"),
        k.SECURITY_GROUP: _CLOUD_ID.format("sg"),
        k.INSTANCE: _CLOUD_ID.format("i"),
        k.VSWITCH: _CLOUD_ID.format("vsw"),
        k.VPC: _CLOUD_ID.format("vpc"),
        k.EIP: _CLOUD_ID.format("eip"),
        k.PREFIX_LIST: _CLOUD_ID.format("pl"),
        k.PORT_RANGE_LIST: _CLOUD_ID.format("prl"),
        k.CIDR_RESERVATION: _CLOUD_ID.format("vcr"),
        k.ROLE: "[0-9A-Za-z.@_-]{1,64}",
        k.POLICY: "[0-9A-Za-z-]{1,128}",
        k.TRAIL: "[a-z][0-9a-z_-]{5,35}",
        k.LOG_PROJECT: "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        k.BUCKET: "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        EVENT_LINK: "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{24}",
    }.items()
}
_REGION = re.compile(r"[a-z]{2}(-[a-z]{2,16}){1,3}(-[0-9]{1,2})?")

#: A message links to so many resources: more than that nobody opens one by one.
_MOST = 5


class Links:
    """Makes links of findings.

    Parameters
    ----------
    changed
        Forms that guard.yml has in place of those in `FORMS`, by the kind of the resource (`EVENT_LINK` for
        the event); an empty one makes no link.
    """

    def __init__(self, changed: Mapping[str, str] = {}) -> None:
        self._forms = {**FORMS, **changed}

    def of(self, alerts: Iterable[Alert], trail_label: str, *, beside: int = 0) -> tuple[Link, ...]:
        """Links to the resources of a finding, or the subjects of several, and to the event if it is one.

        A resource's link is labelled with its id. ``beside`` is how many other links stand before these:
        resources make room for them.
        """
        findings = [alert.finding for alert in alerts]
        shown = slice(1) if len(findings) > 1 else slice(None)
        found = [self._resource(one, finding) for finding in findings for one in finding.resources[shown]]
        links = list(dict.fromkeys(link for link in found if link is not None))[: max(_MOST - beside, 0)]
        events = dict.fromkeys(self._event(finding) for finding in findings)
        urls = [url for url in events if url is not None]
        if len(urls) == 1:
            links.append(Link(trail_label, urls[0]))
        return tuple(links)

    def _resource(self, resource: Resource, finding: Finding) -> Link | None:
        url = self._made(resource.kind, resource.id, finding.region)
        return None if url is None else Link(resource.id, url)

    def _event(self, finding: Finding) -> str | None:
        return None if finding.event_id is None else self._made(EVENT_LINK, finding.event_id, finding.region)

    def _made(self, kind: str, named: str, region: str | None) -> str | None:
        """The address of a page; ``None`` unless each part of it has the form of its kind."""
        form, pattern = self._forms.get(kind), _IDS.get(kind)
        if not form or pattern is None or pattern.fullmatch(named) is None:
            return None
        if "{region}" not in form:
            return form.replace("{id}", quote(named, safe=""))
        if region is None or _REGION.fullmatch(region) is None:
            return None
        # One pass: an id cannot bring in a placeholder, for braces are in no pattern.
        return form.replace("{region}", quote(region, safe="")).replace("{id}", quote(named, safe=""))
