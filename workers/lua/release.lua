-- Give an operation back unchanged. KEYS: op, due.  ARGV: op id, fence, delay.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[2] then return 0 end
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], 'claimed_until', 0)
redis.call('ZADD', KEYS[2], 'XX', tonumber(t[1]) + tonumber(t[2]) / 1e6 + tonumber(ARGV[3]), ARGV[1])
return 1
