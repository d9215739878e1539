-- name:  written_pages
-- doc:   Pages of a process that a finished system call has written results to: read, pipe, fstat, wait (by their
--        numbers in xv6), the first and the last page, with the entry that mapped the page for users at the end of
--        the call.
-- needs: syscall, current_spaces, leaf_mappings
-- materialized: yes
-- candidates: SELECT count(*) FROM syscall WHERE phase = 'leave' AND number IN (3, 4, 5, 8)
WITH calls AS (
  SELECT seq, cycle, hart, pid, span, pc, name,
         CASE WHEN number IN (5, 8) THEN argument1 ELSE argument0 END AS address,
         CASE number WHEN 5 THEN result WHEN 3 THEN 4 WHEN 4 THEN 8 ELSE 24 END AS bytes
  FROM syscall
  WHERE phase = 'leave' AND CASE number WHEN 5 THEN result > 0 WHEN 3 THEN result > 0 AND argument0 <> 0
                                        WHEN 4 THEN result = 0 WHEN 8 THEN result = 0 ELSE false END
), pages AS (
  SELECT *, (address >> 12) << 12 AS va FROM calls
  UNION ALL
  SELECT *, ((address + bytes - 1) >> 12) << 12 FROM calls WHERE (address + bytes - 1) >> 12 <> address >> 12
), places AS (
  SELECT p.*, s.root, s.image FROM pages p ASOF JOIN current_spaces s ON p.pid = s.pid AND p.seq > s.from_seq
), mappings AS (
  SELECT root, va, from_seq, to_seq, frame, writable FROM leaf_mappings
  SEMI JOIN (SELECT DISTINCT root, va FROM places) wanted USING (root, va)
)
SELECT p.*, m.frame, m.writable, m.from_seq
FROM places p ASOF JOIN mappings m ON p.root = m.root AND p.va = m.va AND p.seq > m.from_seq
WHERE coalesce(m.to_seq > p.seq, true)
