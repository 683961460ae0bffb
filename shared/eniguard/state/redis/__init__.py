"""State on Redis."""

from eniguard.state.redis.store import RedisStore

__all__ = ["RedisStore"]
