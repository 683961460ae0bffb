"""alibabacloud_credentials, unmodified, against the fake."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timezone

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_tea_openapi.models import Config

from fakealiyun import Cloud
from fakealiyun.server import served
from tests.real.ecs_calls import REGION, read_enis

#: The client reads the environment when it is imported, so this runs in a process of its own.
DEFAULT_CREDENTIALS = """
import sys
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

config = Config(credential=Credentials(), endpoint=sys.argv[1], protocol="http")
print(Client(config).get_caller_identity().body.arn)
"""


def test_default_credentials_are_taken_from_the_environment() -> None:
    cloud = Cloud(check_signatures=True)
    keys = cloud.role("reader", session="night-shift")
    environment = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": str(keys.token),
    }

    with served(cloud) as server:
        ended = subprocess.run(
            [sys.executable, "-c", DEFAULT_CREDENTIALS, server.endpoint],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == f"acs:ram::{cloud.account_id}:assumed-role/reader/night-shift\n"


def test_credentials_client_assumes_a_role_at_the_fake(cloud: Cloud) -> None:
    # The client compares the end of temporary keys with the time of this machine.
    cloud.clock.set(datetime.now(timezone.utc))
    cloud.role("auditor")
    keys = cloud.account("alice")
    credentials = Credentials(
        CredentialsConfig(
            type="ram_role_arn",
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            role_arn=f"acs:ram::{cloud.account_id}:role/auditor",
            role_session_name="night-shift",
        )
    )

    read_enis(Ecs(Config(credential=credentials, region_id=REGION)))

    assumed, read = cloud.trail.events[-2:]
    assert (assumed["serviceName"], assumed["eventName"]) == ("Sts", "AssumeRole")
    assert read["userIdentity"]["type"] == "assumed-role"
    assert read["userIdentity"]["userName"] == "auditor:night-shift"
