"""A client of redis-py that answers or fails in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, TimeoutError
from redis.retry import Retry

from eniguard.errors import ConfigError, StateError

#: Seconds to wait for a connection, and for an answer.
TIMEOUT = 2.0
#: What the keys of the guard begin with in a Redis that others use as well.
PREFIX = "eniguard:"


def connected(url: str, timeout: float) -> tuple[Redis, str]:
    """A client for a url, and the prefix that the url asks for.

    A connection that breaks is made once more, since servers close idle ones; what does not answer is not
    asked again: redis-py would ask ten times by itself.

    Raises
    ------
    ConfigError
        The url is wrong. What it says is not repeated: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        prefix = options.pop("prefix", PREFIX)
        client = Redis.from_url(
            urlunsplit(parts._replace(query=urlencode(options))),
            socket_timeout=float(options.get("socket_timeout", timeout)),
            socket_connect_timeout=float(options.get("socket_connect_timeout", timeout)),
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        )
        pool = client.connection_pool
        # Made and thrown away: redis-py would find a wrong option only when it connects.
        pool.connection_class(**pool.connection_kwargs)
    except (ValueError, TypeError, RedisError):
        raise ConfigError(
            "the url of the Redis store cannot be read: it has the form "
            "redis://USER:PASSWORD@HOST:PORT/NUMBER (rediss:// with TLS), with special characters "
            "percent-encoded and options of redis-py after a ?"
        ) from None
    return client, prefix


@contextmanager
def told(timeout: float) -> Iterator[None]:
    """Errors of redis-py as errors of the store."""
    try:
        yield
    except TimeoutError as error:
        raise StateError(
            f"Redis did not answer within {timeout:g} s: see to the server and the way to it; "
            "what was to be written may have been"
        ) from error
    except ConnectionError as error:
        raise StateError(
            f"Redis is out of reach or turned the guard away: {error}; see to the url and the VPC"
        ) from error
    except RedisError as error:
        raise StateError(f"Redis refused: {error}; see to its memory, role and access list") from error
