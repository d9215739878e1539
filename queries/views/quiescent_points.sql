-- name:  quiescent_points
-- doc:   For each frame, the ends of the kernel entries that touched it, with what all entries that are done by then
--        made of it. judged: no other unfinished entry, running or asleep, had touched it, so this is its state, and it
--        must be consistent (else other entries' touches are missing from the numbers). undisturbed: from the
--        entry's first touch to its end nobody else finished with the frame, so mappings_before is what it found.
--        count is null on kernels without a reference count, or while it never changed for this frame.
-- needs: frame_spans
-- optional: refcount_change
-- materialized: yes
WITH base AS (
  SELECT frame, min_by(before, seq) AS count FROM refcount_change GROUP BY frame
), states AS (
  SELECT frame, span, first_seq, end_seq, end_cycle, hart, pid, settled, mapped,
         sum(mapped) OVER so_far AS mappings,
         sum(writable) OVER so_far AS writable_mappings,
         sum(counted) OVER so_far AS counted,
         sum(listed) OVER so_far AS listed,
         lag(end_seq) OVER in_order AS previous_end,
         min(first_seq) OVER later AS next_touch
  FROM frame_spans
  WINDOW in_order AS (PARTITION BY frame ORDER BY end_seq),
         so_far AS (PARTITION BY frame ORDER BY end_seq ROWS UNBOUNDED PRECEDING),
         later AS (PARTITION BY frame ORDER BY end_seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
)
SELECT s.frame, s.span, s.first_seq, s.end_seq AS seq, s.end_cycle AS cycle, s.hart, s.pid,
       s.mappings::INTEGER AS mappings, s.writable_mappings::INTEGER AS writable_mappings,
       (s.mappings - s.mapped)::INTEGER AS mappings_before,
       (b.count + s.counted)::BIGINT AS count,
       s.listed > 0 AS free,
       coalesce(s.next_touch > s.end_seq, true) AS judged,
       coalesce(s.next_touch > s.end_seq, true) AND coalesce(s.previous_end < s.first_seq, true) AS undisturbed
FROM states s LEFT JOIN base b USING (frame)
WHERE s.settled
