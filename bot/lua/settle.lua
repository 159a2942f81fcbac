-- After a delivery: nothing left to say -> no longer ready; otherwise ready again after a delay.
-- KEYS: outbox, outbox-ready, told, op.  ARGV: conversation, delay, '1' when there is a card.
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
local left = redis.call('XLEN', KEYS[1])
if ARGV[3] == '1' and left == 0 then
  local shown = tonumber(redis.call('HGET', KEYS[3], 'shown') or '0')
  if tonumber(redis.call('HGET', KEYS[4], 'seq') or '0') > shown then left = 1 end
end
if left == 0 then redis.call('ZREM', KEYS[2], ARGV[1]) return 0 end
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[2]), ARGV[1])
return 1
