-- Take an operation for one turn: raise its fence, push its due time by the visibility timeout.
-- KEYS: op, due, inbox, claims.  ARGV: op id, visibility seconds, plan key prefix, mark of the process.
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return {'ended'} end
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
local busy = tonumber(redis.call('HGET', KEYS[1], 'claimed_until') or '0')
if busy > now then return {'busy'} end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HSET', KEYS[1], 'claimed_until', string.format('%.6f', now + tonumber(ARGV[2])))
redis.call('ZADD', KEYS[2], 'XX', now + tonumber(ARGV[2]), ARGV[1])
redis.call('HSET', KEYS[4], ARGV[1], fence .. ' ' .. ARGV[4])
local f = redis.call('HMGET', KEYS[1], 'seq', 'record', 'request', 'revision', 'audit_head')
local plan = false
if f[4] and f[4] ~= '0' then plan = redis.call('GET', ARGV[3] .. f[4]) end
return {'claimed', fence, f[1], f[2] or '', f[3] or '', plan or '', f[5] or '', redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 20)}
