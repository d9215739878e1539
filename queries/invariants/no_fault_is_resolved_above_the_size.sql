-- title:    no fault is resolved above the size
-- rule:     A page fault at an address at or above the size of the process is not resolved.
-- why:      Memory that the process has not asked for is not unmapped when the process ends, and guards nothing.
-- needs:    page_fault, syscall
-- optional: pte_write, fault_handlers
-- severity: error
-- hint:     Which comparison should have sent this address away?
-- except:   Not judged where the size was not found, nor in a run with system calls that xv6 does not have: mmap gives
--           memory elsewhere. A fault that is resolved with nothing done, and so comes again, is another rule's.
-- judged:   SELECT count(*) FROM page_fault WHERE size IS NOT NULL AND outcome = 'resolved'
-- suspects: SELECT count(*) FROM page_fault WHERE va >= size AND outcome = 'resolved'
-- lacking:  faults were resolved, and the size of no process is known
-- expected: SELECT count(*) FROM page_fault WHERE outcome = 'resolved'
WITH opened AS (
  SELECT span, max_by(pc, seq) AS pc, max_by(call_site, seq) AS call_site FROM pte_write WHERE level = 0 GROUP BY span
), above AS (
  -- A fault that comes again and again is one mistake.
  SELECT min(seq) AS seq, min(cycle) AS cycle, min_by(hart, seq) AS hart, min_by(span, seq) AS span, pid, pc, va,
         access, min_by(size, seq) AS size, count(*) AS times
  FROM page_fault WHERE va >= size AND outcome = 'resolved' GROUP BY pid, pc, va, access
)
SELECT f.cycle, f.hart, f.pid, NULL AS frame, coalesce(o.pc, f.pc) AS pc, o.call_site,
       -- What looks at the address is to blame, not what maps a page for it.
       [(SELECT max_by(call_site, changes) FROM fault_handlers), o.call_site, coalesce(o.pc, f.pc)]::UBIGINT[] AS sites,
       printf('a %s at 0x%x was resolved%s, though the process has 0x%x bytes', access, va,
              CASE WHEN times > 1 THEN printf(' %d times', times) ELSE '' END, size) AS message
FROM above f LEFT JOIN opened o USING (span)
WHERE (times = 1 OR o.span IS NOT NULL)
  AND NOT EXISTS (SELECT * FROM syscall WHERE number > 21 AND number <> 1000 AND result >= 0)
ORDER BY f.seq
