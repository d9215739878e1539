-- name:  lock_panics
-- doc:   Each panic about a lock: one that is taken twice, or given back when it is not held, by what the functions of
--        locks are called in xv6. Of the last change of a count or of the free list that the same kernel entry had made
--        with a lock held: where it was (guarded_pc), who had called (guarded_site), when (guarded_cycle), and which
--        locks were held then that are not held there at other times (extra, as in `locks` columns), in words (held).
--        Null where there was no such change.
-- needs: panic_calls, places
-- optional: refcount_change, frame_alloc, frame_free, lock
-- candidates: SELECT count(*) FROM panic
WITH guarded AS (
  SELECT span, seq, cycle, pc, call_site, locks FROM refcount_change
  UNION ALL SELECT span, seq, cycle, pc, call_site, locks FROM frame_alloc
  UNION ALL SELECT span, seq, cycle, pc, call_site, locks FROM frame_free
), usual AS (
  SELECT pc, mode(locks) AS usually FROM guarded GROUP BY pc
), about_lock AS (
  SELECT p.seq, max_by(g.pc, g.seq) AS guarded_pc, max_by(g.call_site, g.seq) AS guarded_site,
         max(g.cycle) AS guarded_cycle, max_by(g.locks & ~u.usually, g.seq) AS extra
  FROM panic_calls p JOIN places l ON l.address = p.sites[1] AND l."function" ~ '(acquire|release|push_off|pop_off)'
  LEFT JOIN guarded g ON g.span = p.span AND g.seq < p.seq AND g.locks <> 0 LEFT JOIN usual u ON u.pc = g.pc
  WHERE NOT p.faulted GROUP BY p.seq
)
SELECT a.*, CASE WHEN extra <> 0 THEN printf('at cycle %d it held %s, which is not held there at other times',
                                             guarded_cycle, coalesce(n.names, 'a lock')) END AS held
FROM about_lock a LEFT JOIN (
  SELECT b.seq, string_agg(k.name, ', ' ORDER BY k.name) AS names
  FROM about_lock b JOIN lock k ON (b.extra >> k.number) & 1 = 1 GROUP BY b.seq
) n USING (seq)
