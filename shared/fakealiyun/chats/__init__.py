"""The chats that alerts go to: DingTalk, Feishu, Lark, WeCom, Slack, Teams, and a receiver of one's own.

A second derivation of their documents (docs/sources.md, Chats): signatures, limits, and how each says no.
`fakealiyun.chats.serving` has them over TLS.
"""

from fakealiyun.chats.group import Chats
from fakealiyun.chats.robots import Received, Refused, Robot

__all__ = ["Chats", "Received", "Refused", "Robot"]
