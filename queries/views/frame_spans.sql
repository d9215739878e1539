-- name:  frame_spans
-- doc:   What each kernel entry did to each frame altogether, and when it was done with it. end_seq is the end of the
--        entry; the scheduler and boot code never end, so they are done with a frame at their last touch (settled =
--        false: no point to judge at); an entry that the trace cuts off is never done (the largest number).
-- needs: frame_touches, kernel_span
-- materialized: yes
WITH sums AS (
  SELECT frame, span, min(seq) AS first_seq, max(seq) AS last_seq, sum(mapped)::INTEGER AS mapped,
         sum(writable)::INTEGER AS writable, sum(counted)::BIGINT AS counted, sum(listed)::INTEGER AS listed
  FROM frame_touches GROUP BY frame, span
)
SELECT s.frame, s.span, s.first_seq, s.mapped, s.writable, s.counted, s.listed,
       k.cycle AS end_cycle, k.hart, k.pid,
       CASE WHEN k.cause IN ('scheduler', 'boot') THEN s.last_seq
            WHEN k.finished = 1 THEN k.seq
            ELSE 18446744073709551615 END AS end_seq,
       coalesce(k.finished = 1 AND k.cause NOT IN ('scheduler', 'boot'), false) AS settled
FROM sums s LEFT JOIN kernel_span k ON k.id = s.span
