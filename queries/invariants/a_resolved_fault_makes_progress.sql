-- title:    a resolved fault makes progress
-- rule:     When a page fault is resolved, the instruction does not cause the same fault over and over again.
-- why:      A handler that changes nothing and returns sends the program round for ever.
-- needs:    page_fault, fault_handling, fault_changes
-- severity: error
-- follows:  frames
-- hint:     Which entry would have let the instruction through, and why was it left as it was?
-- except:   A fault after which an entry had changed may come again, since fork can share the page once more. One
--           that comes again once is left alone: a handler may see only then that it is none to resolve.
-- judged:   SELECT count(*) FROM page_fault WHERE outcome = 'resolved'
-- suspects: SELECT count(*) FROM fault_handling WHERE outcome = 'resolved' AND change_seq IS NULL
WITH faults AS (
  SELECT *, lead(pc) OVER following = pc AND lead(va) OVER following = va
            AND lead(access) OVER following = access AS again
  FROM page_fault WINDOW following AS (PARTITION BY pid ORDER BY seq)
), idle AS (
  SELECT f.* FROM faults f ANTI JOIN fault_changes c USING (span) WHERE f.outcome = 'resolved' AND f.again
)
SELECT min(cycle) AS cycle, min_by(hart, seq) AS hart, pid, NULL AS frame, pc,
       printf('a %s at 0x%x was declared resolved with no entry changed, and faulted again (%d time(s))', access, va,
              count(*)) AS message
FROM idle GROUP BY pid, pc, va, access HAVING count(*) > 1
ORDER BY cycle
