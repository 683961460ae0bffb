"""fakealiyun: a part of Alibaba Cloud in the test process, which enforces the documents.

::

    from fakealiyun import fake_aliyun

    with fake_aliyun(region="cn-hangzhou") as cloud:
        keys = cloud.account("alice")
        ...  # the official SDKs, unmodified
        assert cloud.trail.events[-1]["eventName"] == "DescribeNetworkInterfaces"
"""

from fakealiyun.clock import Clock, Ids
from fakealiyun.cloud import Cloud
from fakealiyun.documents import Assumptions
from fakealiyun.errors import ApiError
from fakealiyun.identities import Identity, Keys
from fakealiyun.mock import fake_aliyun

__all__ = ["ApiError", "Assumptions", "Clock", "Cloud", "Identity", "Ids", "Keys", "fake_aliyun"]
