"""The numbers of the document "IP prefixes" (updated May 29, 2026)."""

from __future__ import annotations

#: Regions that have IP prefixes: 24, by the ids of their names (docs/sources.md, Domain).
PREFIX_REGIONS = frozenset(
    [
        "ap-southeast-1",
        "us-west-1",
        "us-east-1",
        "ap-southeast-6",
        "eu-central-1",
        "eu-west-1",
        "ap-southeast-3",
        "ap-southeast-7",
        "ap-southeast-5",
        "ap-northeast-1",
        "ap-northeast-2",
        "me-east-1",
        "me-central-1",
        "cn-qingdao",
        "cn-beijing",
        "cn-hangzhou",
        "cn-shenzhen",
        "cn-shanghai",
        "cn-hongkong",
        "cn-huhehaote",
        "cn-chengdu",
        "cn-heyuan",
        "cn-wulanchabu",
        "cn-guangzhou",
    ]
)
#: Mask of a prefix by IP family.
PREFIX_LENGTHS = {4: 28, 6: 80}
#: How many prefixes one Assign call may list or count.
PREFIXES_PER_CALL = range(1, 11)
#: IPv4 prefixes an available ENI may have.
MOST_PREFIXES_BY_API = 49
#: Private addresses (each prefix counts as one) in a group of either type.
BASIC_GROUP_QUOTA = 6_000
ADVANCED_GROUP_QUOTA = 65_536
