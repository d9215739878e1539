-- name:  frame_lifetimes
-- doc:   From a frame's leaving the free list to its return, as in frame_takings, with its owner: the process it was
--        taken for, which is the child when fork took it, else the process that ran; null for pipe buffers, which
--        outlive the process that opened them, and for the kernel itself (no process).
-- needs: frame_takings, process
WITH forks AS (
  SELECT span, min(subject) AS child FROM process WHERE action = 'fork' GROUP BY span
)
SELECT t.*, CASE WHEN t.cause = 'pipe' OR t.pid = 0 THEN NULL ELSE coalesce(f.child, t.pid) END AS owner
FROM frame_takings t LEFT JOIN forks f USING (span)
