-- title:    no lock is held in user mode
-- rule:     A hart that returns to a program holds no lock of the kernel.
-- why:      Whoever wants the lock next waits for ever, with interrupts off.
-- needs:    trap_return, lock
-- optional: pte_write, refcount_change, frame_alloc, frame_free, location, syscall, process, kernel_span
-- severity: error
-- breaks:   all
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
), calls AS (
  SELECT s.span, s.name, coalesce(s.result < 0, false) AS failed
  FROM syscall s SEMI JOIN wrong USING (span) WHERE s.phase = 'leave'
), makers AS (
  -- Who makes a child ready to run is who gives up making one.
  SELECT mode(pc) AS pc FROM process WHERE action = 'fork' AND pid <> 0 HAVING count(*) > 0
)
SELECT r.cycle, r.hart, r.pid, NULL AS frame, r.pc,
       [CASE WHEN bool_or(c.failed AND c.name = 'fork') THEN any_value(m.pc) END,
        any_value(g.pc), any_value(s.pc), any_value(s.call_site)]::UBIGINT[] AS sites,
       printf('the hart returned%s to the program with %s held',
              CASE WHEN bool_or(c.failed) THEN printf(' from a failed %s', any_value(c.name))
                   WHEN bool_or(c.name IS NOT NULL) THEN printf(' from %s', any_value(c.name))
                   WHEN bool_or(k.cause = 'page_fault') THEN ' from a page fault' ELSE '' END,
              coalesce(string_agg(DISTINCT l.name, ', ' ORDER BY l.name), 'a lock')) AS message
FROM wrong r LEFT JOIN lock l ON (r.locks >> l.number) & 1 = 1 LEFT JOIN stores s ON s.span = r.span
LEFT JOIN guarded g ON g.span = r.span LEFT JOIN calls c ON c.span = r.span LEFT JOIN makers m ON true
LEFT JOIN kernel_span k ON k.id = r.span
GROUP BY r.seq, r.cycle, r.hart, r.pid, r.pc
ORDER BY r.seq
