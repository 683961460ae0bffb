"""The data of roles is read when it is asked for: a function that starts pays for none of it."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import eniguard.rules.registry
from eniguard.roles import catalogue, files, policies

read = []
files_read_bytes = files.Path.read_bytes
files.Path.read_bytes = lambda path: (read.append(path.name), files_read_bytes(path))[1]
print(catalogue.index.cache_info().misses, policies._policy.cache_info().misses)
policies.policy_of("AliyunServiceRoleForNatgw")
policies.policy_of("aliyunservicerolefornatgw_blue")
print(*read)
"""


def test_rules_load_without_any_data_and_one_policy_reads_one_document() -> None:
    found = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)

    assert found.stdout.splitlines() == ["0 0", "role_index.json AliyunServiceRoleForNatgw.json"]
