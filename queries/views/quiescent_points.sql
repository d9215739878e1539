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
  -- One running sum for all counters, since each costs a pass. Half of each counter's range is added before the sum is
  -- taken apart, so that none borrows from the next; the count is above them.
  SELECT frame, span, first_seq, end_seq, settled, change,
         sum(change + counted::HUGEINT * 18446744073709551616) OVER so_far + 576461302059761664 AS packed,
         lag(end_seq) OVER in_order AS previous_end,
         coalesce(min(first_seq) OVER later > end_seq, true) AS judged
  FROM frame_spans
  WINDOW in_order AS (PARTITION BY frame ORDER BY end_seq),
         so_far AS (PARTITION BY frame ORDER BY end_seq ROWS UNBOUNDED PRECEDING),
         later AS (PARTITION BY frame ORDER BY end_seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
), counters AS (
  SELECT frame, span, first_seq, end_seq, change, previous_end, judged, (packed >> 64)::BIGINT AS counted,
         (packed & 18446744073709551615)::BIGINT AS small
  FROM states WHERE settled
)
SELECT s.frame, s.span, s.end_seq AS seq,
       (s.small & 1048575) - 524288 AS mappings,
       ((s.small >> 20) & 1048575) - 524288 AS writable_mappings,
       ((s.small - s.change) & 1048575) - 524288 AS mappings_before,
       b.count + s.counted AS count,
       (s.small >> 40) - 524288 > 0 AS free,
       s.judged,
       s.judged AND coalesce(s.previous_end < s.first_seq, true) AS undisturbed
FROM counters s LEFT JOIN base b USING (frame)
