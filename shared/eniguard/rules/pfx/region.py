"""Regions without IP prefixes."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eniguard.model import Evidence, Observation, Reference, Resource
from eniguard.model.kinds import REGION
from eniguard.rules.base import Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import PrefixRule
from eniguard.rules.pfx.request import asked, carries_prefixes, subject_of

#: The 24 regions of seed 002, Limitations: Region, by id; the ids are those of the Terraform provider
#: (docs/sources.md, Domain).
PREFIX_REGIONS = frozenset(
    (
        "ap-southeast-1",  # Singapore
        "us-west-1",  # US (Silicon Valley)
        "us-east-1",  # US (Virginia)
        "ap-southeast-6",  # Philippines (Manila)
        "eu-central-1",  # Germany (Frankfurt)
        "eu-west-1",  # UK (London)
        "ap-southeast-3",  # Malaysia (Kuala Lumpur)
        "ap-southeast-7",  # Thailand (Bangkok)
        "ap-southeast-5",  # Indonesia (Jakarta)
        "ap-northeast-1",  # Japan (Tokyo)
        "ap-northeast-2",  # South Korea (Seoul)
        "me-east-1",  # UAE (Dubai)
        "me-central-1",  # SAU (Riyadh - Partner Region)
        "cn-qingdao",  # China (Qingdao)
        "cn-beijing",  # China (Beijing)
        "cn-hangzhou",  # China (Hangzhou)
        "cn-shenzhen",  # China (Shenzhen)
        "cn-shanghai",  # China (Shanghai)
        "cn-hongkong",  # China (Hong Kong)
        "cn-huhehaote",  # China (Hohhot)
        "cn-chengdu",  # China (Chengdu)
        "cn-heyuan",  # China (Heyuan)
        "cn-wulanchabu",  # China (Ulanqab)
        "cn-guangzhou",  # China (Guangzhou)
    )
)
#: How long a region stays reported, in seconds: 30 days.
WINDOW = 30 * 86_400

_DOCUMENT = "IP prefixes, Limitations: Region"


class PrefixRegionUnsupported(PrefixRule):
    """PFX001."""

    code = "PFX001"
    name = "prefix-region-unsupported"
    summary = "A call asks for IP prefixes in a region that does not offer them."
    why = "IP prefixes exist in 24 regions only; elsewhere each such call fails, however right the rest is."
    advice = (
        "Use secondary IP addresses in this region, or place the workload in one that offers IP prefixes."
    )
    references = (Reference("IP prefixes", "Limitations: Region"),)
    false_positives = (
        "The list of regions grows: add a region that is new to the parameter `regions`. "
        "A region is reported once, and again after 30 days."
    )

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``regions`` are ids of regions beside the documented ones."""

        regions: tuple[str, ...] = ()

    def evaluate(self, case: Case) -> Verdicts:
        if not self._outside(case):
            return ()
        history = case.series(_series(case))
        if not case.check(
            "the region was not reported in the last 30 days", history.count <= 1, history.count
        ):
            return ()
        region = case.call.region
        parameters = (
            ", ".join(one.shown for one in case.call.once(asked)) or "prefix parameters that cannot be read"
        )
        finding = self.reported(
            case,
            Resource(REGION, region),
            f"{case.call.name} asks for IP prefixes in {region}, which does not offer them",
            (
                Evidence(
                    "region", region, f"not one of the {len(PREFIX_REGIONS)} documented regions", _DOCUMENT
                ),
                Evidence("asked-for", parameters),
            ),
            others=(case.once(subject_of),),
        )
        return (finding,)

    def observes(self, case: Case) -> Sequence[Observation]:
        if not self._outside(case):
            return ()
        call = case.call
        return (Observation(_series(case), call.event_id, call.region, call.at, WINDOW),)

    def _outside(self, case: Case) -> bool:
        if not carries_prefixes(case.call):
            return False
        region = case.call.region.lower()
        listed = region in PREFIX_REGIONS or region in case.params.regions
        return case.check("the region is not one that offers IP prefixes", not listed, region)


def _series(case: Case) -> str:
    return f"PFX001:{case.call.account_id}:{case.call.region}"
