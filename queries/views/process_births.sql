-- name:  process_births
-- doc:   Names for processes that do not depend on the schedule, as pids do: 1 for the first process, 1.2 for its
--        second child, 1.2.1 for that one's first. The n-th child is the n-th that its parent forked.
-- needs: processes
WITH RECURSIVE ranked AS (
  SELECT pid, coalesce(parent, 0) AS parent,
         row_number() OVER (PARTITION BY coalesce(parent, 0) ORDER BY fork_seq NULLS FIRST, exec_seq, pid) AS number
  FROM processes
), births(pid, birth) AS (
  SELECT pid, number::VARCHAR FROM ranked WHERE parent = 0
  UNION ALL
  SELECT r.pid, b.birth || '.' || r.number FROM births b JOIN ranked r ON r.parent = b.pid
)
SELECT pid, birth FROM births
