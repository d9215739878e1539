-- title:    reference count equals user mappings
-- rule:     At a quiescent point, the reference count of a frame that users map equals the number of those mappings.
-- why:      With a count too low the frame is freed under someone's feet; with one too high it is never freed.
-- needs:    suspicious_points, point_states, count_convention, refcount_change, entry_changes, kernel_span
-- optional: kfree, failed_calls, kalloc, unmapping_sites
-- breaks:   frames
-- severity: error
-- hint:     Follow the frame through fork, the write fault and unmapping: a new mapping adds one, a lost one takes
--           one.
-- except:   Kernels that count further references only (0 for a sole owner), or their own mapping of all memory, too
--           (2 for a sole owner, 1 for a free frame), are recognized and judged by their rule.
-- judged:   SELECT sum(points) FROM point_states WHERE judged AND mappings > 0 AND NOT free AND count IS NOT NULL
-- skipped:  SELECT sum(points) FROM point_states WHERE NOT judged AND mappings > 0 AND NOT free AND count IS NOT
--           NULL
-- suspects: SELECT sum(points) FROM point_states WHERE judged AND mappings > 0 AND NOT free AND count <>
--           mappings + (SELECT extra FROM count_convention)
-- lacking:  processes share frames, and no reference count of one was seen to change
-- expected: SELECT sum(points) FROM point_states WHERE mappings > 1
WITH first_wrong AS (
  -- A frame stays wrong; say so once for each difference.
  SELECT *, mappings - mappings_before AS gained FROM suspicious_points WHERE wrong_count
  QUALIFY coalesce(lag(count - expected) OVER (PARTITION BY frame ORDER BY seq) <> count - expected, true)
), counted AS (
  -- What the entry that left it wrong had done to the count, to the mappings, and to give it up.
  SELECT w.frame, w.seq, sum(r.after - r.before) AS gained, max(abs(r.after - r.before)) AS step,
         min(r.seq) AS first_seq, min_by(r.pc, r.seq) AS first_pc, min_by(r.call_site, r.seq) AS first_call_site,
         max_by(r.pc, r.seq) AS pc, max_by(r.call_site, r.seq) AS call_site, max(r.cycle) AS cycle
  FROM first_wrong w JOIN refcount_change r ON r.span = w.span AND r.frame = w.frame AND r.seq < w.seq
  GROUP BY w.frame, w.seq
), aside AS (
  -- What no process has done, as another hart that starts: where that makes all the difference, the entry is innocent.
  SELECT w.frame, w.seq, max(r.cycle) AS cycle, max_by(r.hart, r.seq) AS hart, max_by(r.pc, r.seq) AS pc,
         max_by(r.call_site, r.seq) AS call_site, sum(r.after::BIGINT - r.before::BIGINT) AS change
  FROM first_wrong w JOIN counted c USING (frame, seq)
  JOIN refcount_change r
    ON r.frame = w.frame AND r.span <> w.span AND r.pid = 0 AND r.seq BETWEEN c.first_seq AND w.seq
  GROUP BY w.frame, w.seq, w.count, w.expected HAVING change = w.count::BIGINT - w.expected::BIGINT
), stores AS (
  SELECT span, frame_before AS frame, seq, cycle, pc, call_site FROM entry_changes
  WHERE user_before AND NOT (user_after AND frame_after = frame_before)
  UNION ALL
  SELECT span, frame_after, seq, cycle, pc, call_site FROM entry_changes
  WHERE user_after AND NOT (user_before AND frame_after = frame_before)
), mapped AS (
  SELECT w.frame, w.seq, max_by(s.pc, s.seq) AS pc, max_by(s.call_site, s.seq) AS call_site, max(s.cycle) AS cycle
  FROM first_wrong w JOIN stores s ON s.span = w.span AND s.frame = w.frame AND s.seq < w.seq
  GROUP BY w.frame, w.seq
), given AS (
  SELECT w.frame, w.seq, max_by(k.call_site, k.seq) AS call_site, max_by(k.pc, k.seq) AS pc
  FROM first_wrong w JOIN kfree k ON k.span = w.span AND (k.frame >> 12) << 12 = w.frame AND k.seq < w.seq
  GROUP BY w.frame, w.seq
), failed AS (
  SELECT c.span, any_value(c.name) AS name, bool_or(k.span IS NOT NULL) AS is_for_memory
  FROM failed_calls c LEFT JOIN (SELECT DISTINCT span FROM kalloc WHERE frame = 0) k USING (span) GROUP BY c.span
), known AS (
  SELECT w.*, coalesce(c.gained, 0) AS counted, c.step, c.first_pc, c.first_call_site,
         c.frame IS NULL AND m.frame IS NOT NULL AS by_mapping, g.call_site AS given_at,
         -- Given up, and not counted: who was to do that did not.
         CASE WHEN by_mapping AND w.gained < 0 THEN g.pc END AS uncounted_at,
         CASE WHEN by_mapping THEN m.cycle ELSE c.cycle END AS cycle,
         CASE WHEN by_mapping THEN m.pc ELSE c.pc END AS pc,
         CASE WHEN by_mapping THEN m.call_site ELSE c.call_site END AS call_site
  FROM first_wrong w LEFT JOIN counted c USING (frame, seq) LEFT JOIN mapped m USING (frame, seq)
  LEFT JOIN given g USING (frame, seq)
)
SELECT coalesce(a.cycle, w.cycle, k.cycle, r.cycle) AS cycle, coalesce(a.hart, k.hart, r.hart) AS hart,
       CASE WHEN a.pc IS NULL THEN coalesce(k.pid, r.pid) ELSE 0 END AS pid, w.frame,
       coalesce(a.pc, w.pc, r.pc) AS pc, CASE WHEN a.pc IS NULL THEN coalesce(w.call_site, r.call_site)
                                              ELSE a.call_site END AS call_site,
       CASE WHEN a.pc IS NOT NULL THEN [a.pc, a.call_site]
            WHEN w.pc IS NULL THEN [r.pc, r.call_site]
            WHEN w.uncounted_at IS NOT NULL THEN [w.uncounted_at, w.given_at]
            WHEN w.by_mapping AND w.gained < 0 AND n.is_told_to_keep THEN [w.call_site, w.pc]
            WHEN w.by_mapping OR w.step > 1 THEN [w.pc, w.call_site]
            WHEN w.counted <> w.gained THEN [w.given_at, w.pc, w.call_site]
            ELSE [w.first_pc, w.first_call_site] END AS sites,
       -- Whoever counts by one does as told; it was told at the wrong moment.
       a.pc IS NULL AND w.pc IS NOT NULL AND NOT w.by_mapping AND w.step = 1 AND w.counted <> w.gained
         AND w.given_at IS NULL AS blames_caller,
       -- Of two that count one mapping, both may be functions that everybody calls.
       w.uncounted_at IS NOT NULL OR blames_caller AS blames_as_listed,
       printf('frame 0x%x has count %d, but %d user mapping(s)%s', w.frame, w.count, w.mappings,
              CASE w.expected WHEN w.mappings THEN '' ELSE printf(', for which this kernel counts %d', w.expected) END)
         || CASE WHEN a.pc IS NOT NULL
                   THEN printf('; its count changed by %d where no process was at work', a.change::BIGINT)
                 WHEN w.pc IS NULL OR w.counted = w.gained THEN '; it was wrong before'
                 WHEN w.by_mapping THEN printf('; here it %s, and the count stayed as it was',
                                               CASE WHEN w.gained > 0 THEN 'got a mapping'
                                                    WHEN w.uncounted_at IS NULL THEN 'lost a mapping'
                                                    ELSE 'lost a mapping and was given to the free function' END)
                 WHEN w.gained = 0
                   THEN printf('; here its count changed by %d, and its mappings stayed as they were', w.counted)
                 ELSE printf('; here its count changed by %d, and its mappings by %d', w.counted, w.gained) END
         || CASE WHEN a.pc IS NOT NULL OR w.counted = w.gained OR x.name IS NULL THEN ''
                 ELSE printf('; this %s failed%s', x.name, CASE WHEN x.is_for_memory THEN ' for want of a frame'
                                                                ELSE '' END) END
         AS message
FROM known w LEFT JOIN failed x ON x.span = w.span LEFT JOIN aside a USING (frame, seq)
LEFT JOIN unmapping_sites n ON n.pc = w.pc AND n.call_site = w.call_site
ASOF LEFT JOIN refcount_change r ON w.frame = r.frame AND w.seq > r.seq
LEFT JOIN kernel_span k ON k.seq = w.seq
ORDER BY cycle, w.frame
