-- title:    no lock is held in user mode
-- rule:     A hart that returns to a program holds no lock of the kernel.
-- why:      Whoever wants the lock next waits for ever, with interrupts off.
-- needs:    trap_return, lock
-- optional: pte_write, refcount_change, frame_alloc, frame_free, location
-- severity: error
-- hint:     Some way out of the kernel misses its release: look at the ways out after errors.
-- except:   Not judged where no locks were found.
-- judged:   SELECT count(*) FROM trap_return WHERE to_mode = 0 AND (SELECT count(*) FROM lock) > 0
-- suspects: SELECT count(*) FROM trap_return WHERE to_mode = 0 AND locks <> 0
WITH wrong AS (
  SELECT * FROM trap_return WHERE to_mode = 0 AND locks <> 0
), stores AS (
  -- The last that was done in that kernel entry shows which way it went.
  SELECT w.span, any_value(r.locks) AS locks, max_by(w.pc, w.seq) AS pc, max_by(w.call_site, w.seq) AS call_site
  FROM pte_write w JOIN wrong r USING (span) GROUP BY w.span
), changes AS (
  SELECT pc, call_site, locks FROM refcount_change
  UNION ALL SELECT pc, call_site, locks FROM frame_alloc
  UNION ALL SELECT pc, call_site, locks FROM frame_free
), guarded AS (
  -- What the lock guards, called from where that was done: nothing else is known of who takes it.
  SELECT s.span, max_by(c.pc, c.times) AS pc
  FROM stores s JOIN location here ON here.address = s.pc
  JOIN location caller ON caller."function" = here."function"
  JOIN (SELECT *, count(*) AS times FROM changes WHERE locks <> 0 GROUP BY ALL) c
    ON c.call_site = caller.address AND c.locks & s.locks <> 0
  GROUP BY s.span
)
SELECT r.cycle, r.hart, r.pid, NULL AS frame, r.pc,
       [any_value(g.pc), any_value(s.pc), any_value(s.call_site)]::UBIGINT[] AS sites,
       printf('the hart returned to the program with %s held', coalesce(string_agg(l.name, ', ' ORDER BY l.number),
                                                                       'a lock')) AS message
FROM wrong r LEFT JOIN lock l ON (r.locks >> l.number) & 1 = 1 LEFT JOIN stores s ON s.span = r.span
LEFT JOIN guarded g ON g.span = r.span
GROUP BY r.seq, r.cycle, r.hart, r.pid, r.pc
ORDER BY r.seq
