-- title:    wait reaps a zombie
-- rule:     wait does not fail for a process that has a dead child.
-- why:      The child's frames and its place in the process table stay taken, and nobody will come for them: free
--           memory shrinks though nothing leaks.
-- needs:    syscall, failed_waits, excused_calls, processes, current_spaces, leaf_mappings, granted_permissions
-- optional: result_writers
-- severity: error
-- follows:  frames
-- hint:     wait found the child and then failed. What does it do for its caller besides?
-- except:   Calls with a pointer to where the program may not write, calls of a process that was killed, and calls
--           that found no free frame.
-- judged:   SELECT count(*) FROM syscall WHERE phase = 'leave' AND number = 3
-- suspects: SELECT count(*) FROM failed_waits WHERE dead_children > 0
WITH failed AS (
  SELECT * FROM syscall WHERE phase = 'leave' AND number = 3 AND result = -1
), dead AS (
  SELECT f.seq, min(c.pid) AS child, count(*) AS children
  FROM failed f JOIN processes c ON c.parent = f.pid
  WHERE c.exit_seq < f.seq AND coalesce(c.reap_seq > f.seq, true) GROUP BY f.seq
), placed AS (
  SELECT f.*, d.child, d.children, s.root, s.image, (f.argument0 >> 12) << 12 AS va,
         (f.argument0 >> 12) + CASE WHEN f.argument0 & 4095 > 4092 THEN 1 ELSE 0 END AS last_page
  FROM failed f JOIN dead d USING (seq) ASOF LEFT JOIN current_spaces s ON f.pid = s.pid AND f.seq > s.from_seq
), sound AS (
  SELECT p.* FROM placed p
  JOIN granted_permissions g ON g.image = p.image AND g.va = p.va AND g.permissions & 4 <> 0
  -- A status of four bytes may go on into the next page.
  SEMI JOIN granted_permissions h
    ON h.image = p.image AND h.va >> 12 = p.last_page AND h.permissions & 4 <> 0
  SEMI JOIN leaf_mappings m
    ON m.root = p.root AND m.va = p.va AND m.from_seq < p.seq AND coalesce(m.to_seq > p.seq, true)
  SEMI JOIN leaf_mappings n
    ON n.root = p.root AND n.va >> 12 = p.last_page AND n.from_seq < p.seq AND coalesce(n.to_seq > p.seq, true)
  UNION ALL
  SELECT * FROM placed WHERE argument0 = 0
)
SELECT f.cycle, f.hart, f.pid, NULL AS frame, f.pc,
       CASE WHEN f.argument0 <> 0 THEN [(SELECT pc FROM result_writers)] ELSE [] END::UBIGINT[] AS sites,
       printf('wait failed though %d child(ren) of the process had exited, process %d among them; nobody reaps them',
              f.children, f.child) AS message
FROM sound f ANTI JOIN excused_calls USING (span)
ORDER BY f.cycle
