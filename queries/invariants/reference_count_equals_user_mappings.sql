-- title:    reference count equals user mappings
-- rule:     At a quiescent point, the reference count of a frame that users map equals the number of those mappings.
-- why:      With a count too low the frame is freed under someone's feet; with one too high it is never freed.
-- needs:    suspicious_points, point_states, refcount_change, kernel_span
-- severity: error
-- hint:     Follow the frame through fork, the write fault and unmapping: a new mapping adds one, a lost one takes
--           one.
-- except:   Kernels that count further references only (0 for a sole owner) are recognized and judged by their rule.
-- judged:   SELECT sum(points) FROM point_states WHERE judged AND mappings > 0 AND NOT free AND count IS NOT NULL
-- skipped:  SELECT sum(points) FROM point_states WHERE NOT judged AND mappings > 0 AND NOT free AND count IS NOT
--           NULL
-- suspects: SELECT count(*) FROM suspicious_points WHERE wrong_count
WITH first_wrong AS (
  -- A frame stays wrong; say so once for each difference.
  SELECT * FROM suspicious_points WHERE wrong_count
  QUALIFY coalesce(lag(count - expected) OVER (PARTITION BY frame ORDER BY seq) <> count - expected, true)
), blamed AS (
  SELECT w.*, coalesce(k.cycle, r.cycle) AS cycle, coalesce(k.hart, r.hart) AS hart, coalesce(k.pid, r.pid) AS pid,
         r.pc, r.call_site
  FROM first_wrong w ASOF LEFT JOIN refcount_change r ON w.frame = r.frame AND w.seq > r.seq
  LEFT JOIN kernel_span k ON k.seq = w.seq
)
SELECT cycle, hart, pid, frame, pc, call_site,
       printf('frame 0x%x has count %d, but %d user mapping(s), which makes %d', frame, count, mappings, expected)
         AS message
FROM blamed
ORDER BY cycle, frame
