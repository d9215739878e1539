-- name:  frames_beside_list
-- doc:   When a frame was the allocator's though it was not on the free list: given back and not listed yet, or taken
--        off the list and not given out yet. From from_seq to to_seq (the largest number when it lasts). counted is the
--        reference count that was left of a frame that was given back (null when unknown): above 0, others have it.
-- needs: frame_alloc, frame_free
-- optional: kalloc, kfree, refcount_change
WITH steps AS (
  SELECT frame, seq, 'unlisted' AS what, NULL::BIGINT AS count FROM frame_alloc
  UNION ALL
  SELECT frame, seq, 'listed', NULL FROM frame_free
  UNION ALL
  SELECT frame, seq, 'handed', NULL FROM kalloc WHERE frame <> 0
  UNION ALL
  SELECT (frame >> 12) << 12, seq, 'given', NULL FROM kfree
  UNION ALL
  SELECT frame, seq, 'count', after FROM refcount_change
), counted AS (
  SELECT *, last_value(count IGNORE NULLS) OVER (PARTITION BY frame ORDER BY seq) AS counted,
         lead(seq) OVER (PARTITION BY frame ORDER BY seq) AS next_seq,
         last_value(CASE WHEN what <> 'count' THEN what END IGNORE NULLS)
           OVER (PARTITION BY frame ORDER BY seq) AS state
  FROM steps
)
SELECT frame, seq AS from_seq, coalesce(next_seq, 18446744073709551615) AS to_seq, state = 'given' AS given, counted
FROM counted WHERE state = 'given' OR (state = 'unlisted' AND EXISTS (SELECT * FROM kalloc))
