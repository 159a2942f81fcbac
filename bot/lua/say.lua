-- Put something into a conversation's outbox and make it ready now. Repeating it (same token) changes nothing.
-- KEYS: outbox, outbox-ready, tokens.  ARGV: conversation, token, entry JSON.
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
if redis.call('ZADD', KEYS[3], 'NX', now, 'say/' .. ARGV[2]) == 0 then return 0 end
redis.call('XADD', KEYS[1], '*', 'entry', ARGV[3])
redis.call('ZADD', KEYS[2], now, ARGV[1])
return 1
