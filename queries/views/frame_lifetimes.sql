-- name:  frame_lifetimes
-- doc:   From a frame's leaving the free list to its return; free_seq is null when it is out to the end of the trace.
--        owner is the process it was taken for: the child when fork took it, else the process that ran; null for pipe
--        buffers, which outlive the process that opened them, and for the kernel itself (no process).
-- needs: frame_alloc, frame_free, kernel_span, process
-- materialized: yes
WITH steps AS (
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, true AS taken FROM frame_alloc
  UNION ALL
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, false FROM frame_free
), lives AS (
  SELECT *, lead(seq) OVER following AS free_seq, lead(cycle) OVER following AS free_cycle,
         lead(pid) OVER following AS free_pid, lead(span) OVER following AS free_span
  FROM steps WINDOW following AS (PARTITION BY frame ORDER BY seq)
), forks AS (
  SELECT span, min(subject) AS child FROM process WHERE action = 'fork' GROUP BY span
)
SELECT l.frame, l.seq AS alloc_seq, l.cycle AS alloc_cycle, l.hart, l.pid, l.span, l.pc, l.call_site,
       l.free_seq, l.free_cycle, l.free_pid, l.free_span, k.cause,
       CASE WHEN k.cause = 'pipe' OR l.pid = 0 THEN NULL ELSE coalesce(f.child, l.pid) END AS owner
FROM lives l
LEFT JOIN kernel_span k ON k.id = l.span
LEFT JOIN forks f ON f.span = l.span
WHERE l.taken
