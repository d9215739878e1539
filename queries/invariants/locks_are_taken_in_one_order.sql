-- title:    locks are taken in one order
-- rule:     If one lock is taken while another is held, nowhere is the other taken while the one is held.
-- why:      A hart in the one place and a hart in the other wait for each other for ever. It takes only a few
--           instructions' bad luck, so that a run in which it does not happen proves nothing.
-- needs:    lock_order, lock, location
-- optional: refcount_change
-- severity: error
-- hint:     Choose which of the two comes first, and release the other one before you call what takes it.
-- except:   Only locks whose names are about memory are looked at as the ones taken. Not judged: both places hold a
--           third lock, which keeps them apart; a lock that is only tried (its function has try in its name).
-- judged:   SELECT count(*) FROM lock_order
-- suspects: SELECT count(*) FROM lock_order WHERE
--           (locks & ~(1 << lock) & 2147483647 & (SELECT bit_or(1 << lock) FROM lock_order)) <> 0
WITH pairs AS (
  SELECT o.*, h.number AS outer_lock, h.name AS outer_name, t.name AS name
  FROM lock_order o JOIN lock t ON t.number = o.lock
  JOIN lock h ON h.number <> o.lock AND (o.locks >> h.number) & 1 = 1
  ANTI JOIN (SELECT address FROM location WHERE "function" ILIKE '%try%') tried ON tried.address = o.pc
), holders AS (
  -- Who called what took the second lock to change a count: that caller had the first one already.
  SELECT p.seq, max_by(r.call_site, r.seq) AS call_site
  FROM pairs p JOIN location taker ON taker.address = p.call_site
  JOIN location here ON here."function" = taker."function" JOIN refcount_change r ON r.pc = here.address
  WHERE (r.locks >> p.lock) & 1 = 1 AND (r.locks >> p.outer_lock) & 1 = 1
  GROUP BY p.seq
)
SELECT b.cycle, b.hart, b.pid, NULL AS frame, b.pc, b.call_site, a.cycle AS since,
       -- The allocator's own functions take these locks: that everybody calls them does not excuse them.
       [h.call_site, b.call_site, a.call_site]::UBIGINT[] AS sites, true AS blames_as_listed,
       printf('%s was taken with %s held; at cycle %d, in %s (%s:%d), %s was taken with %s held', b.name, b.outer_name,
              a.cycle, l."function", regexp_replace(l.file, '^.*/', ''), l.line, a.name, a.outer_name) AS message
FROM pairs a JOIN pairs b ON a.lock = b.outer_lock AND a.outer_lock = b.lock AND a.seq < b.seq
LEFT JOIN location l ON l.address = a.call_site LEFT JOIN holders h ON h.seq = b.seq
WHERE a.locks & b.locks & ~((1 << a.lock) | (1 << b.lock)) & 2147483647 = 0
ORDER BY b.seq
