-- Write one turn's outcome, all or nothing.
-- KEYS: op, due, inbox, outbox, outbox-ready, lock, waiters, recent, audit, plan, bell, claims, [another lock, its waiters, …]
-- ARGV: op id, fence, seq, record, revision, delay ('' = terminal), keep ('1' = go on under this claim),
--       release ('1'), visibility, conversation, plan JSON ('' = unchanged), audit head,
--       JSON: {taken: [...], outbox: [...], audit: [...]}, decisions that may wait for the delay
local op = redis.call('HMGET', KEYS[1], 'seq', 'fence', 'by')
local seq, fence = tonumber(op[1]), tonumber(op[2])
if seq == tonumber(ARGV[3]) + 1 and op[3] == ARGV[2] then return 'ALREADY' end
if fence ~= tonumber(ARGV[2]) or seq ~= tonumber(ARGV[3]) then return 'FENCED' end
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
redis.call('HSET', KEYS[1], 'record', ARGV[4], 'seq', seq + 1, 'by', ARGV[2], 'revision', ARGV[5], 'audit_head', ARGV[12])
if ARGV[11] ~= '' then redis.call('SET', KEYS[10], ARGV[11]) end
local extra = cjson.decode(ARGV[13])
for _, id in ipairs(extra.taken) do redis.call('XDEL', KEYS[3], id) end
for _, entry in ipairs(extra.outbox) do redis.call('XADD', KEYS[4], '*', 'entry', entry) end
for _, entry in ipairs(extra.audit) do redis.call('XADD', KEYS[9], '*', 'entry', entry) end
if ARGV[10] ~= '' then
  -- Something may already be scheduled earlier or later: a new word is due now.
  redis.call('ZADD', KEYS[5], 'LT', now, ARGV[10])
end
local terminal = ARGV[6] == ''
local function give_up(lock, waiters)
  if redis.call('HGET', lock, 'op') == ARGV[1] then redis.call('DEL', lock) end
  redis.call('ZREM', waiters, ARGV[1])
  local next = redis.call('ZRANGE', waiters, 0, 0)
  if next[1] then redis.call('ZADD', KEYS[2], 'XX', now, next[1]) end
end
if terminal or ARGV[8] == '1' then
  give_up(KEYS[6], KEYS[7])
  for i = 13, #KEYS, 2 do give_up(KEYS[i], KEYS[i + 1]) end
end
-- A user of Redis who may not publish has a clock that looks five times a second.
if ARGV[7] ~= '1' then
  redis.pcall('PUBLISH', KEYS[11], '')
  redis.call('HDEL', KEYS[12], ARGV[1])
end
local unheard = redis.call('XLEN', KEYS[3])
if terminal then
  redis.call('ZADD', KEYS[8], 'NX', now, ARGV[1])
  redis.call('HSET', KEYS[1], 'claimed_until', 0, 'ended', 1)
  -- Whoever decided something meanwhile is told that it came too late, or has followed up: one more turn.
  if unheard > 0 then redis.call('ZADD', KEYS[2], now, ARGV[1]) return 'DUE' end
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('DEL', KEYS[3])
elseif ARGV[7] == '1' then
  redis.call('HSET', KEYS[1], 'claimed_until', string.format('%.6f', now + tonumber(ARGV[9])))
  redis.call('ZADD', KEYS[2], 'XX', now + tonumber(ARGV[9]), ARGV[1])
else
  redis.call('HSET', KEYS[1], 'claimed_until', 0)
  if unheard > tonumber(ARGV[14]) then redis.call('ZADD', KEYS[2], 'XX', now, ARGV[1]) return 'DUE' end
  redis.call('ZADD', KEYS[2], 'XX', now + tonumber(ARGV[6]), ARGV[1])
end
return 'COMMITTED'
