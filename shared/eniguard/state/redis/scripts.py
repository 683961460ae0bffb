"""What Redis does in one step, in its Lua; times are decided by the clock of the caller, never by Redis' own.

A script that is sent again because its answer was lost finds the token of its first run, and answers
the same.
Keys of one script share a hash tag, so that they lie in one slot of a cluster.
"""

from __future__ import annotations

#: KEYS: the item. ARGV: now, token, value, expires or "", milliseconds until Redis may forget it or "".
_WRITE = """
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'n', ARGV[2], 'v', ARGV[3])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], 'e', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
return 1
"""

CREATE = f"""
local there = redis.call('HMGET', KEYS[1], 'n', 'e')
if there[1] == ARGV[2] then return 1 end
if there[1] and (not there[2] or tonumber(there[2]) > tonumber(ARGV[1])) then return 0 end
{_WRITE}
"""

#: ARGV[6]: the version to be replaced. An item is deleted by one that has expired, which keeps the token.
REPLACE = f"""
local there = redis.call('HMGET', KEYS[1], 'n', 'e')
if there[1] == ARGV[2] then return 1 end
if there[1] ~= ARGV[6] or (there[2] and tonumber(there[2]) <= tonumber(ARGV[1])) then return 0 end
{_WRITE}
"""

#: `Series.mark`. KEYS: head, marks (member → digest of the value, what it was given), ages, values (digest →
#: marks). ARGV: now, member, digest of the value, value, at, window, most, expires, milliseconds beyond
#: expiry.
OBSERVE = """
local now, at, window, most = tonumber(ARGV[1]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local head = redis.call('HMGET', KEYS[1], 'newest', 'value', 'count', 'distinct', 'expires')
if head[1] and tonumber(head[5]) <= now then
  redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
  head = {false, false, false, false, false}
end
local newest, expires = ARGV[5], ARGV[8]
local before = ''
if head[1] then
  local kept = redis.call('HGET', KEYS[2], ARGV[2])
  if kept then return string.sub(kept, 33) end
  if tonumber(head[1]) > at then newest = head[1] end
  local limit = tonumber(newest) - window
  if at < limit then return '1 1 ' .. ARGV[5] .. ' ' .. ARGV[5] end
  local function forget(member)
    local digest = string.sub(redis.call('HGET', KEYS[2], member), 1, 32)
    if redis.call('HINCRBY', KEYS[4], digest, -1) == 0 then redis.call('HDEL', KEYS[4], digest) end
    redis.call('HDEL', KEYS[2], member)
    redis.call('ZREM', KEYS[3], member)
  end
  local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. string.format('%.17g', limit))
  for _, member in ipairs(old) do forget(member) end
  local over = redis.call('ZCARD', KEYS[3]) - most + 1
  if over > 0 then
    for _, member in ipairs(redis.call('ZRANGE', KEYS[3], 0, over - 1)) do forget(member) end
  end
  if redis.call('ZCARD', KEYS[3]) > 0 then before = ' ' .. head[3] .. ' ' .. head[4] .. ' ' .. head[2] end
  if tonumber(head[5]) > tonumber(expires) then expires = head[5] end
end
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[2])
redis.call('HINCRBY', KEYS[4], ARGV[3], 1)
local count, distinct = redis.call('ZCARD', KEYS[3]), redis.call('HLEN', KEYS[4])
local first = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
local given = count .. ' ' .. distinct .. ' ' .. first .. ' ' .. newest .. before
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. given)
redis.call('HSET', KEYS[1], 'newest', newest, 'value', ARGV[4], 'count', count, 'distinct', distinct,
  'expires', expires)
local left = string.format('%.0f', (tonumber(expires) - now) * 1000 + tonumber(ARGV[9]))
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, left) end
return given
"""

#: KEYS: times, values. ARGV: member, at, value.
SCHEDULE = """
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1
"""

#: KEYS: times, values. ARGV: now, most. The answer: member, time and value of one after the other.
DUE = """
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local answer = {}
for i = 1, #found, 2 do
  answer[#answer + 1] = found[i]
  answer[#answer + 1] = found[i + 1]
  answer[#answer + 1] = redis.call('HGET', KEYS[2], found[i])
end
return answer
"""

#: KEYS: times, values, the mark of this call. ARGV: member, at, milliseconds to keep the mark.
UNSCHEDULE = """
if redis.call('EXISTS', KEYS[3]) == 1 then return 1 end
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not at or tonumber(at) ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('SET', KEYS[3], '', 'PX', ARGV[3])
return 1
"""
