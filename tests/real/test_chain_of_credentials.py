"""The official chain of credentials, unmodified, behind the lean client."""

from __future__ import annotations

import os
import subprocess
import sys

from fakealiyun import Cloud
from fakealiyun.server import served

#: The chain reads the environment when it is imported, so this runs in a process of its own.
WHO = """
import sys
from eniguard.cloud import Client, FunctionCredentials

client = Client(FunctionCredentials({}), region="cn-hangzhou", endpoints={"*": sys.argv[1]})
print(client.call("sts", "GetCallerIdentity", {})["Arn"])
"""


def test_client_signs_with_what_the_official_chain_finds() -> None:
    cloud = Cloud(check_signatures=True)
    keys = cloud.role("reader", session="night-shift")
    environment = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": str(keys.token),
    }

    with served(cloud) as server:
        ended = subprocess.run(
            [sys.executable, "-c", WHO, f"{server.address}/{{product}}/{{region}}"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == f"acs:ram::{cloud.account_id}:assumed-role/reader/night-shift\n"
