-- Keep a claim. KEYS: op, due.  ARGV: op id, fence, visibility.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[2] then return 0 end
local t = redis.call('TIME')
local until_ = tonumber(t[1]) + tonumber(t[2]) / 1e6 + tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'claimed_until', string.format('%.6f', until_))
redis.call('ZADD', KEYS[2], 'XX', until_, ARGV[1])
return 1
