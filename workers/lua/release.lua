-- Give an operation back unchanged. KEYS: op, due, inbox, claims.  ARGV: op id, fence, delay, decisions seen in this turn.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[2] then return 0 end
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], 'claimed_until', 0)
redis.call('HDEL', KEYS[4], ARGV[1])
local due = tonumber(t[1]) + tonumber(t[2]) / 1e6
-- A decision that came meanwhile does not wait for this delay.
if redis.call('XLEN', KEYS[3]) <= tonumber(ARGV[4]) then due = due + tonumber(ARGV[3]) end
redis.call('ZADD', KEYS[2], 'XX', due, ARGV[1])
return 1
