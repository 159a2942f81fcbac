-- Record a decision in the operation's inbox and make the operation due now.
-- KEYS: op, due, inbox, tokens.  ARGV: op id, token, decision JSON, '1' = it may come after the end.
if redis.call('EXISTS', KEYS[1]) == 0 then return 'unknown' end
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
local late = ARGV[4] == '1' and redis.call('HGET', KEYS[1], 'ended') == '1'
if not late and not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 'ended' end
if redis.call('ZADD', KEYS[4], 'NX', now, ARGV[1] .. '/' .. ARGV[2]) == 0 then return 'repeated' end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - 604800)
redis.call('XADD', KEYS[3], '*', 'decision', ARGV[3])
-- An operation that is over has one more turn, for this word alone; the commit of that turn takes it out again.
if late then redis.call('ZADD', KEYS[2], now, ARGV[1]) else redis.call('ZADD', KEYS[2], 'XX', now, ARGV[1]) end
return 'recorded'
