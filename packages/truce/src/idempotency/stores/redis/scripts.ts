/**
 * Scripts: the steps of `policy/idempotency/record` in Redis' own language.
 *
 * A claim that reads, decides in Node and writes lets two workers read the same "absent"; so each command is
 * one script, which Redis runs with no other in between, on its own clock. A record is one string, because
 * what a script asks of Redis costs more than all that it reckons itself:
 *
 * ```text
 *  1      state: r running, c completed, u unknown, f free
 *  2-17   expires, µs since 1970, as are the next two
 * 18-33   fence
 * 34-49   created
 * 50-65   lease; where it is completed: settled
 * 66-     fingerprint ' ' run '\n'
 *         completed: how the outcome is written, outcome
 *         else:      mode, `?` where it is to be reconciled, `w` where somebody waits (else `-`), claims '\n'
 *                    channel ' ' message ' ' for each who waits '\n'
 *                    ["step","result"] '\n' for each that is finished
 * ```
 *
 * Answers that say more than one number are a letter, the time (16 digits) and the record, or as much of it
 * as is asked for.
 *
 * @module
 */
import { createHash } from 'node:crypto'

export interface Script {
  readonly text: string
  /** SHA-1, under which Redis keeps it. */
  readonly sha: string
}

function script(lua: string): Script {
  // Comments are for whoever reads them here.
  const text = `${NOW}${lua}`.replaceAll(/^\s*(?:--.*)?\n/gm, '')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** `now`, µs, and as it stands in records. Whole numbers below 2^53: exact, also as a script's numbers. */
const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local at = string.format('%016d', now)
`

/** What the record says, for whoever may not change it. */
const FOUND = `
  local function found(held)
    -- Redis deletes by the ms: what ran out within this one is as good as absent.
    if not held or now >= tonumber(held:sub(2, 17)) then return 'a' end
    local state = held:sub(1, 1)
    if state == 'c' then return 'c' .. at .. held end
    if state == 'r' and now >= tonumber(held:sub(50, 65)) then
      local head = held:find('\\n', 66, true)
      if held:sub(head + 1, head + 1) == 'a' then state = 'u' end
    end
    return state .. at .. held:sub(1, 65)
  end
`

/**
 * Is it the record of that claim? What ran out is nobody's: whether Redis has deleted it yet must make no
 * difference.
 */
const IS_OF = `
  local function isOf(held, fence)
    return held and held:sub(18, 33) == fence and now < tonumber(held:sub(2, 17))
  end
`

/** Tells those who wait for it. Redis may forbid to publish: then they find out when they ask again. */
const TELL = `
  local function tell(held, head)
    if held:sub(head + 3, head + 3) ~= 'w' then return end
    local from = held:find('\\n', head + 1, true)
    for channel, message in held:sub(from + 1, held:find('\\n', from + 1, true)):gmatch('(%S+) (%S+) ') do
      redis.pcall('PUBLISH', channel, message)
    end
  end
`

/**
 * KEYS: records. ARGV, for each: what follows the lease in a new record; its terms, with a space between: lease, µs;
 * ttl, µs; the last moment at which the key may run without a record, µs, or nothing; `?` from those who can reconcile.
 * In one text, because a client's work grows with the number of arguments, and most terms are those of the one before.
 *
 * Answers the fence of a record that is new; `g` and the record where another goes on; else why not.
 */
export const BEGIN = script(`
  ${FOUND}
  local function begin(key, claim, lease, ttl, latest, reconciles)
    local held = redis.call('GET', key)
    if not held or now >= tonumber(held:sub(2, 17)) then
      if latest ~= '' and now > tonumber(latest) then return 'e' end
      -- Of a record that ran out the fence still counts.
      local fence = held and math.max(now, held:sub(18, 33) + 1) or now
      local lives = lease + ttl
      local record = string.format('r%016d%016d', now + lives, fence) .. at .. string.format('%016d', now + lease) .. claim
      redis.call('SET', key, record, 'PX', math.ceil(lives / 1000))
      return fence == now and fence or 'g' .. at .. record
    end

    -- Another payload, unless of the first nothing was applied.
    local payload = claim:find(' ', 1, true)
    if held:sub(66, 65 + payload) ~= claim:sub(1, payload) and held:sub(66, 66) ~= ' ' then return 'm' end

    local state = held:sub(1, 1)
    if state == 'c' then return 'c' .. at .. held end
    local head = held:find('\\n', 66, true)
    local ended = state == 'r' and now >= tonumber(held:sub(50, 65))
    local dark = state == 'u' or (ended and held:sub(head + 1, head + 1) == 'a')
    local record, expires
    if state == 'r' and held:sub(66, head) == claim:sub(1, head - 65) then
      -- The same execution asks again: its first answer was lost.
      lease = math.max(now + lease, held:sub(50, 65))
      expires = held:sub(2, 17) + lease - held:sub(50, 65)
      record = string.format('r%016d', expires) .. held:sub(18, 49) .. string.format('%016d', lease) .. held:sub(66)
    elseif state == 'f' or (ended and not dark) or (dark and reconciles ~= '') then
      lease = now + lease
      expires = lease + ttl
      local name = claim:find('\\n', 1, true)
      local rest = held:find('\\n', head + 1, true)
      record = string.format('r%016d%016d', expires, math.max(now, held:sub(18, 33) + 1)) .. held:sub(34, 49)
        .. string.format('%016d', lease) .. claim:sub(1, name)
        -- What became unknown stays so for the next one, should this one end in the dark as well.
        .. (dark and 'a?' or claim:sub(name + 1, name + 2))
        -- Whoever waits goes on waiting, and what was finished stays finished.
        .. held:sub(head + 3, head + 3) .. (held:sub(head + 4, rest - 1) + 1) .. held:sub(rest)
    else
      return found(held)
    end
    redis.call('SET', key, record, 'PX', math.max(1, math.ceil((expires - now) / 1000)))
    return 'g' .. at .. record
  end

  local answers, terms, lease, ttl, latest, reconciles = {}
  for i, key in ipairs(KEYS) do
    if ARGV[i * 2] ~= terms then
      terms = ARGV[i * 2]
      lease, ttl, latest, reconciles = terms:match('^(%S*) (%S*) (%S*) (%S*)$')
    end
    answers[i] = begin(key, ARGV[i * 2 - 1], lease, ttl, latest, reconciles)
  end
  return answers
`)

/** KEYS: records. ARGV, for each: fence, 16 digits; ttl, µs; outcome. Answers 1, or what it found. */
export const COMPLETE = script(`
  ${FOUND}
  ${IS_OF}
  ${TELL}
  local function complete(key, fence, ttl, outcome)
    local held = redis.call('GET', key)
    if not isOf(held, fence) then return found(held) end
    local state = held:sub(1, 1)
    -- Said twice: the first answer may have got lost.
    if state == 'c' then return 1 end
    if state ~= 'r' then return found(held) end
    local head = held:find('\\n', 66, true)
    local record = string.format('c%016d', now + ttl) .. held:sub(18, 49) .. at .. held:sub(66, head) .. outcome
    redis.call('SET', key, record, 'PX', math.ceil(ttl / 1000))
    tell(held, head)
    return 1
  end

  local answers = {}
  for i, key in ipairs(KEYS) do
    answers[i] = complete(key, ARGV[i * 3 - 2], ARGV[i * 3 - 1], ARGV[i * 3])
  end
  return answers
`)

/** KEYS: record. ARGV: fence, 16 digits; lease, µs. Answers 1, or what it found. */
export const RENEW = script(`
  ${FOUND}
  ${IS_OF}
  -- The first part will do: finished steps may be long, and heartbeats are many.
  local held = redis.call('GETRANGE', KEYS[1], 0, 64)
  if not isOf(held, ARGV[1]) or held:sub(1, 1) ~= 'r' then return found(redis.call('GET', KEYS[1])) end
  local lease = math.max(now + ARGV[2], held:sub(50, 65))
  local expires = held:sub(2, 17) + lease - held:sub(50, 65)
  redis.call('SETRANGE', KEYS[1], 49, string.format('%016d', lease))
  redis.call('SETRANGE', KEYS[1], 1, string.format('%016d', expires))
  redis.call('PEXPIRE', KEYS[1], math.ceil((expires - now) / 1000))
  return 1
`)

/** KEYS: record. ARGV: fence, 16 digits; lease, µs; how the step's line begins; the line. Answers as `RENEW`. */
export const NOTE = script(`
  ${FOUND}
  ${IS_OF}
  local held = redis.call('GET', KEYS[1])
  if not isOf(held, ARGV[1]) or held:sub(1, 1) ~= 'r' then return found(held) end
  local lease = math.max(now + ARGV[2], held:sub(50, 65))
  local expires = held:sub(2, 17) + lease - held:sub(50, 65)
  local record = string.format('r%016d', expires) .. held:sub(18, 49) .. string.format('%016d', lease) .. held:sub(66)
  -- Noted before, it is replaced. JSON has no line end of its own.
  local before = record:find('\\n' .. ARGV[3], 66, true)
  if before then record = record:sub(1, before) .. record:sub(record:find('\\n', before + 1, true) + 1) end
  redis.call('SET', KEYS[1], record .. ARGV[4], 'PX', math.max(1, math.ceil((expires - now) / 1000)))
  return 1
`)

/**
 * KEYS: record. ARGV: fence, 16 digits; the state that it leaves; `forget` where payload and steps go too.
 * Answers 1, or what it found.
 */
export const ABANDON = script(`
  ${FOUND}
  ${IS_OF}
  ${TELL}
  local held = redis.call('GET', KEYS[1])
  if not isOf(held, ARGV[1]) or held:sub(1, 1) ~= 'r' then return found(held) end
  local head = held:find('\\n', 66, true)
  local rest = held:find('\\n', head + 1, true)
  local forgets = ARGV[3] == 'forget'
  local record = ARGV[2] .. held:sub(2, 65) .. (forgets and ' ' or held:sub(66, head - 1))
    .. held:sub(head, head + 2) .. '-' .. held:sub(head + 4, rest)
    .. (forgets and '\\n' or held:sub((held:find('\\n', rest + 1, true))))
  redis.call('SET', KEYS[1], record, 'KEEPTTL')
  tell(held, head)
  return 1
`)

/** KEYS: record. Answers what it found. */
export const LOOK = script(`
  ${FOUND}
  return found(redis.call('GET', KEYS[1]))
`)

/**
 * KEYS: record. ARGV: channel and message by which the caller is to be told of the run's end.
 *
 * Answers 0 where it runs no longer: its end was told before, and would be slept through.
 */
export const WATCH = script(`
  local held = redis.call('GET', KEYS[1])
  if not held or held:sub(1, 1) ~= 'r' then return 0 end
  local head = held:find('\\n', 66, true)
  local rest = held:find('\\n', head + 1, true)
  local waits = held:sub(rest + 1, held:find('\\n', rest + 1, true))
  if not waits:find(ARGV[1], 1, true) then
    redis.call('SET', KEYS[1], held:sub(1, head + 2) .. 'w' .. held:sub(head + 4, rest) .. ARGV[1] .. held:sub(rest + 1),
      'KEEPTTL')
  end
  return 1
`)
