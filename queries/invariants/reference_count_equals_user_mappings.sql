-- title:    reference count equals user mappings
-- rule:     At a quiescent point, the reference count of a frame that users map equals the number of those mappings.
-- why:      With a count too low the frame is freed under someone's feet; with one too high it is never freed.
-- needs:    quiescent_points, count_convention, refcount_change, kernel_span
-- severity: error
-- hint:     Follow the frame through fork, the write fault and unmapping: a new mapping adds one, a lost one takes one.
-- except:   Kernels that count further references only (0 for a sole owner) are recognized and judged by their rule.
-- judged:   SELECT count(*) FROM quiescent_points WHERE judged AND mappings > 0 AND NOT free AND count IS NOT NULL
-- skipped:  SELECT count(*) FROM quiescent_points WHERE NOT judged AND mappings > 0 AND NOT free AND count IS NOT NULL
WITH wrong AS (
  SELECT q.*, q.mappings + c.extra AS expected
  FROM quiescent_points q CROSS JOIN count_convention c
  WHERE q.judged AND q.mappings > 0 AND NOT q.free AND q.count <> q.mappings + c.extra
), first_wrong AS (
  -- A frame stays wrong; say so once for each difference.
  SELECT * FROM wrong
  QUALIFY coalesce(lag(count - expected) OVER (PARTITION BY frame ORDER BY seq) <> count - expected, true)
), blamed AS (
  SELECT w.*, k.cycle, k.hart, k.pid, r.pc, r.call_site
  FROM first_wrong w ASOF LEFT JOIN refcount_change r ON w.frame = r.frame AND w.seq > r.seq
  JOIN kernel_span k ON k.seq = w.seq
)
SELECT cycle, hart, pid, frame, pc, call_site,
       printf('frame 0x%x has count %d, but %d user mapping(s), which makes %d', frame, count, mappings, expected)
         AS message
FROM blamed
ORDER BY cycle, frame
