-- title:    no lock is held in user mode
-- rule:     A hart that returns to a program holds no lock of the kernel.
-- why:      Whoever wants the lock next waits for ever, with interrupts off.
-- needs:    trap_return, lock, pte_write
-- severity: error
-- hint:     Some way out of the kernel misses its release: look at the ways out after errors.
-- except:   Not judged where no locks were found.
-- judged:   SELECT count(*) FROM trap_return WHERE to_mode = 0 AND (SELECT count(*) FROM lock) > 0
-- suspects: SELECT count(*) FROM trap_return WHERE to_mode = 0 AND locks <> 0
WITH wrong AS (
  SELECT * FROM trap_return WHERE to_mode = 0 AND locks <> 0
), stores AS (
  -- The last that was done in that kernel entry shows which way it went.
  SELECT span, max_by(pc, seq) AS pc, max_by(call_site, seq) AS call_site
  FROM pte_write SEMI JOIN wrong USING (span) GROUP BY span
)
SELECT r.cycle, r.hart, r.pid, NULL AS frame, r.pc, [any_value(s.pc), any_value(s.call_site)]::UBIGINT[] AS sites,
       printf('the hart returned to the program with %s held', coalesce(string_agg(l.name, ', ' ORDER BY l.number),
                                                                       'a lock')) AS message
FROM wrong r LEFT JOIN lock l ON (r.locks >> l.number) & 1 = 1 LEFT JOIN stores s ON s.span = r.span
GROUP BY r.seq, r.cycle, r.hart, r.pid, r.pc
ORDER BY r.seq
