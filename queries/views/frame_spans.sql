-- name:  frame_spans
-- doc:   What each kernel entry did to each frame altogether, and when it was done with it. end_seq is the end of the
--        entry; the scheduler and boot code (no process runs) never end, so they are done with a frame at their last
--        touch, which is no point to judge at (settled = false); an entry that the trace cuts off is never done (the
--        largest number), nor is one without a row in kernel_span, which the end of a damaged trace has lost. change
--        and counted as in frame_touches.
-- needs: frame_touches, kernel_span
-- materialized: yes
WITH sums AS (
  SELECT frame, span, min(seq) AS first_seq, max(seq) AS last_seq, sum(change)::BIGINT AS change,
         sum(counted)::BIGINT AS counted, max(pid) = 0 AS by_nobody
  FROM frame_touches GROUP BY frame, span
), entries AS (
  SELECT s.*, k.seq AS ended_seq, coalesce(k.finished = 1, false) AS finished,
         k.seq IS NOT NULL AND (s.by_nobody OR k.cause IN ('scheduler', 'boot')) AS endless
  FROM sums s LEFT JOIN kernel_span k ON k.id = s.span
)
SELECT frame, span, first_seq, change, counted,
       CASE WHEN endless THEN last_seq WHEN finished THEN ended_seq ELSE 18446744073709551615 END AS end_seq,
       finished AND NOT endless AS settled
FROM entries
