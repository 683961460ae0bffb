"""Instance types and how many ENIs and addresses they carry.

Sources, by mark:

seed
    The document "IP prefixes" (seed 002): ecs.g7.large has 6 private IPv4 and 6 IPv6 addresses per ENI; the
    rest as ``families``.
answer
    A recorded or published answer of DescribeInstanceTypes.
families
    The public page on instance families (2021): vCPUs, memory, NIC queues, ENIs, private IPv4 addresses per
    ENI. That page has no IPv6 column and no count of member ENIs.

What is in `assumed` is in none of them and follows from types of the same size or family.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InstanceType:
    """One instance type.

    Attributes
    ----------
    id, family, category, level
        As in ``ecs.g7.large``, ``ecs.g7``, ``General-purpose``, ``EnterpriseLevel``.
    cores, memory
        vCPUs and GiB.
    enis
        ENIs, the primary one included.
    all_enis
        The same with the member ENIs behind a trunk ENI.
    ipv4, ipv6
        Private addresses per ENI; the primary IPv4 address is one of them.
    queues
        NIC queues of the primary ENI, and at most of any.
    trunk
        Whether it can have a trunk ENI.
    source
        Where the figures are from.
    assumed
        The fields that the source does not give.
    """

    id: str
    family: str
    cores: int
    memory: float
    enis: int
    ipv4: int
    ipv6: int
    all_enis: int
    queues: int
    trunk: bool
    source: str = ""
    category: str = "General-purpose"
    level: str = "EnterpriseLevel"
    assumed: frozenset[str] = frozenset()

    @property
    def member_enis(self) -> int:
        """How many member ENIs it can have."""
        return self.all_enis - self.enis if self.trunk else 0


#: What is assumed of the seventh generation follows ecs.g7.xlarge, which is complete: as many IPv6 as IPv4
#: addresses, and five ENIs with members for each one. The older families follow ecs.g6.large.
_TABLE = """
type                cores  memory  enis  ipv4  ipv6  all_enis  queues  trunk  source    assumed
ecs.g7.large            2       8     3     6     6        15       2  yes    seed      all_enis,trunk
ecs.g7.xlarge           4      16     4    15    15        20       4  yes    answer    -
ecs.g7.2xlarge          8      32     4    15    15        20       8  yes    families  ipv6,all_enis,trunk
ecs.g7.4xlarge         16      64     8    30    30        40       8  yes    families  ipv6,all_enis,trunk
ecs.c7.large            2       4     3     6     6        15       2  yes    families  ipv6,all_enis,trunk
ecs.c7.xlarge           4       8     4    15    15        20       4  yes    families  ipv6,all_enis,trunk
ecs.r7.large            2      16     3     6     6        15       2  yes    families  ipv6,all_enis,trunk
ecs.r7.xlarge           4      32     4    15    15        20       4  yes    families  ipv6,all_enis,trunk
ecs.g6.large            2       8     2     6     1         2       2  no     answer    -
ecs.g6.xlarge           4      16     3    10     1         3       4  no     families  ipv6,all_enis,trunk
ecs.g6.2xlarge          8      32     4    10     1         4       8  no     families  ipv6,all_enis,trunk
ecs.g6.16xlarge        64     256     8    20     1        60      32  yes    answer    -
ecs.u1-c1m4.xlarge      4      16     3    10     1         6       2  yes    answer    -
ecs.ic5.large           2       2     2     6     0         2       2  no     answer    -
ecs.t6-c1m1.large       2       2     2     2     1         2       1  no     families  ipv6,all_enis,trunk
ecs.t1.xsmall           1     0.5     1     1     0         1       1  no     answer    -
"""

_CATEGORIES = {"c7": "Compute-optimized", "ic5": "Compute-optimized", "r7": "Memory-optimized"}
_LEVELS = {"t6": "CreditEntryLevel", "t1": "EntryLevel"}


def _row(line: str) -> InstanceType:
    name, cores, memory, enis, ipv4, ipv6, all_enis, queues, trunk, source, assumed = line.split()
    family = name.split(".")[1].split("-")[0]
    return InstanceType(
        id=name,
        family=f"ecs.{family}",
        cores=int(cores),
        memory=float(memory),
        enis=int(enis),
        ipv4=int(ipv4),
        ipv6=int(ipv6),
        all_enis=int(all_enis),
        queues=int(queues),
        trunk=trunk == "yes",
        source=source,
        category=_CATEGORIES.get(family, "General-purpose"),
        level=_LEVELS.get(family, "EnterpriseLevel"),
        assumed=frozenset() if assumed == "-" else frozenset(assumed.split(",")),
    )


INSTANCE_TYPES: dict[str, InstanceType] = {
    kind.id: kind for kind in map(_row, _TABLE.strip().splitlines()[1:])
}
