-- Take a cluster for an operation, or stand in line. First come, first served; repeating it changes nothing; no expiry.
-- KEYS: op, lock, waiters.  ARGV: op id, fence, title.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[2] then return {'FENCED'} end
local holder = redis.call('HGET', KEYS[2], 'op')
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
if holder == ARGV[1] then redis.call('ZREM', KEYS[3], ARGV[1]) return {'HELD'} end
redis.call('ZADD', KEYS[3], 'NX', now, ARGV[1])
local first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
if holder or first ~= ARGV[1] then return {'WAIT', holder or first, redis.call('ZRANK', KEYS[3], ARGV[1])} end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HSET', KEYS[2], 'op', ARGV[1], 'title', ARGV[3], 'since', string.format('%.3f', now))
return {'HELD'}
