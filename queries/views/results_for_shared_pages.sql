-- name:  results_for_shared_pages
-- doc:   System calls read, pipe, fstat and wait (by their numbers in xv6) with an address in a page that the program
--        may write, but whose entry did not let it when the call began: shared until written. refused: the call
--        failed, not for want of memory nor because the process was killed. A wait that fails is none, nor is a call
--        with a number that can be no file's, nor a read that had nothing to deliver.
-- needs: syscall, current_spaces, leaf_mappings, granted_permissions, excused_calls
-- materialized: yes
-- candidates: SELECT count(*) FROM syscall WHERE phase = 'leave' AND number IN (3, 4, 5, 8)
WITH calls AS (
  SELECT l.seq, l.cycle, l.hart, l.pid, l.span, l.pc, l.name, l.result, e.seq AS enter_seq,
         CASE WHEN l.number IN (5, 8) THEN l.argument1 ELSE l.argument0 END AS address
  FROM syscall l JOIN syscall e ON e.span = l.span AND e.phase = 'enter'
  WHERE l.phase = 'leave' AND l.number IN (3, 4, 5, 8) AND NOT (l.number = 3 AND l.result = -1)
    AND (l.number IN (3, 4) OR l.argument0 < 16) AND NOT (l.number = 5 AND l.result = 0)
), places AS (
  SELECT c.*, (c.address >> 12) << 12 AS va, s.root, s.image
  FROM calls c ASOF JOIN current_spaces s ON c.pid = s.pid AND c.enter_seq > s.from_seq WHERE c.address <> 0
), mappings AS (
  SELECT root, va, from_seq, to_seq, frame, writable FROM leaf_mappings
  SEMI JOIN (SELECT DISTINCT root, va FROM places) wanted USING (root, va)
)
SELECT p.seq, p.cycle, p.hart, p.pid, p.span, p.pc, p.name, p.address, m.frame, p.result = -1 AS refused
FROM places p ASOF JOIN mappings m ON p.root = m.root AND p.va = m.va AND p.enter_seq > m.from_seq
JOIN granted_permissions g ON g.image = p.image AND g.va = p.va AND g.permissions & 4 <> 0
ANTI JOIN excused_calls USING (span)
WHERE coalesce(m.to_seq > p.enter_seq, true) AND NOT m.writable
