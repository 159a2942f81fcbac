-- Record a request. Repeating it changes nothing. KEYS: op, due.  ARGV: op id, request JSON.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
redis.call('HSET', KEYS[1], 'request', ARGV[2], 'seq', 0, 'fence', 0, 'by', 0, 'claimed_until', 0)
redis.call('ZADD', KEYS[2], now, ARGV[1])
return 1
