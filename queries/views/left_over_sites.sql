-- name:  left_over_sites
-- doc:   For each row of left_over_frames where to look: since is the cycle at which the last mapping went (null when
--        users never mapped it). undropped_cycle, undropped_va: a mapping of it had been taken away there before, and
--        who did so had neither given it to the free function nor lowered its count for that. sites are addresses, the
--        likeliest first: that place; or where the frame was passed to the free function and kept all the same, that
--        function and what it found; else where the last mapping was taken away. Of a frame that was never mapped: of a
--        table where its freeing began; of what fork took for the child where that was reaped, since it lives as long
--        as the child, unless forks give such frames back before they end; of any other where frames taken at the same
--        place are given back by later entries, and where it was taken. Who counts the last owner down in that entry,
--        and frees nothing, comes before who takes the mapping away. Who takes mappings away and frees the frames for
--        others was told not to by its caller, which then comes first. listed: the first is to blame, be it a function
--        that everybody calls.
-- needs: left_over_frames, frame_takings, frame_free, process, pte_write, page_table, leaf_mappings, places
-- optional: kfree, refcount_change, unmapping_sites
WITH left_over AS (
  SELECT DISTINCT question, frame, at_seq, alloc_seq, pc, call_site, unmapped_seq, owner, cause FROM left_over_frames
), retired AS (
  SELECT l.alloc_seq, max_by(t.pc, t.seq) AS pc FROM left_over l JOIN page_table t
    ON t."table" = l.frame AND t.seq > l.alloc_seq AND t.seq < l.at_seq AND t.action = 'retired'
  GROUP BY l.alloc_seq
), ended AS (
  SELECT subject AS owner, max_by(pc, seq) AS pc FROM process WHERE action = 'reap' GROUP BY subject
), passing AS (
  -- Frames that are for the time of the call.
  SELECT call_site, cause FROM frame_takings SEMI JOIN left_over l USING (call_site, cause)
  WHERE mapped_seq IS NULL AND free_seq IS NOT NULL
  GROUP BY call_site, cause HAVING count(*) FILTER (free_span <> span) = 0
), given_back AS (
  SELECT t.call_site, t.cause, mode(f.call_site) AS by_site
  FROM frame_takings t SEMI JOIN left_over l USING (call_site, cause) JOIN frame_free f ON f.seq = t.free_seq
  WHERE t.mapped_seq IS NULL AND f.span <> t.span GROUP BY t.call_site, t.cause
), unmapped AS (
  SELECT l.frame, l.unmapped_seq, w.cycle, w.span, w.pc, w.call_site
  FROM left_over l JOIN pte_write w ON w.seq = l.unmapped_seq
  UNION
  SELECT l.frame, l.unmapped_seq, t.cycle, t.span, t.pc, NULL
  FROM left_over l JOIN page_table t ON t.seq = l.unmapped_seq
), given AS (
  SELECT l.question, l.frame, l.at_seq, max(k.seq) AS seq, max_by(k.pc, k.seq) AS pc, max_by(k.span, k.seq) AS span
  FROM left_over l JOIN kfree k ON (k.frame >> 12) << 12 = l.frame AND k.seq > l.alloc_seq AND k.seq < l.at_seq
  GROUP BY l.question, l.frame, l.at_seq
), drops AS (
  SELECT k.span, (k.frame >> 12) << 12 AS frame, c."function" AS caller, true AS by_free
  FROM kfree k LEFT JOIN places c ON c.address = k.call_site
  UNION ALL
  SELECT r.span, r.frame, c."function", false FROM refcount_change r LEFT JOIN places c ON c.address = r.call_site
  WHERE r.after < r.before
), dropping AS (
  SELECT span, frame, greatest(count(*) FILTER (by_free), count(*) FILTER (NOT by_free)) AS times,
         list(caller) AS callers
  FROM drops SEMI JOIN left_over USING (frame) GROUP BY span, frame
), removals AS (
  SELECT l.question, l.frame, l.at_seq, m.to_seq AS seq, m.to_span AS span, m.va,
         count(*) OVER (PARTITION BY l.question, l.frame, l.at_seq, m.to_span) AS times
  FROM left_over l
  JOIN leaf_mappings m ON m.frame = l.frame AND m.from_seq > l.alloc_seq AND m.to_seq <= l.unmapped_seq
  -- Other permissions are another mapping of the same frame.
  ANTI JOIN leaf_mappings s ON s.frame = m.frame AND s.root = m.root AND s.va = m.va AND s.from_seq = m.to_seq
), undropped AS (
  -- Not as often given up as taken away, and not from where it was taken away.
  SELECT r.question, r.frame, r.at_seq, min_by(w.cycle, r.seq) AS cycle, min_by(w.pc, r.seq) AS pc,
         min_by(w.call_site, r.seq) AS call_site, min_by(r.va, r.seq) AS va
  FROM removals r JOIN pte_write w ON w.seq = r.seq JOIN left_over l USING (question, frame, at_seq)
  LEFT JOIN dropping d ON d.frame = r.frame AND d.span = r.span
  LEFT JOIN places p ON p.address = w.pc LEFT JOIN places c ON c.address = w.call_site
  WHERE r.seq < l.unmapped_seq AND EXISTS (FROM kfree)
    AND (d.span IS NULL OR (d.times < r.times AND NOT list_contains(d.callers, p."function")
                            AND NOT coalesce(list_contains(d.callers, c."function"), false)))
  GROUP BY r.question, r.frame, r.at_seq
), counters AS (
  SELECT pc, count(DISTINCT call_site) > 1 AS for_many FROM refcount_change GROUP BY pc
), counted AS (
  SELECT l.question, l.frame, l.at_seq, max_by(r.pc, r.seq) AS pc, max_by(r.call_site, r.seq) AS call_site,
         max_by(r.span, r.seq) AS span, max_by(r.before = 1 AND r.after = 0, r.seq) AS to_nothing
  FROM left_over l JOIN refcount_change r ON r.frame = l.frame AND r.seq > l.alloc_seq AND r.seq < l.at_seq
  GROUP BY l.question, l.frame, l.at_seq
)
SELECT l.question, l.frame, l.at_seq, u.cycle AS since, d.cycle AS undropped_cycle, d.va AS undropped_va,
       CASE WHEN o.is_told_to_keep THEN [d.call_site, d.pc]
            WHEN d.pc IS NOT NULL THEN [d.pc, d.call_site]
            WHEN g.seq IS NOT NULL AND (u.span IS NULL OR g.seq > l.unmapped_seq OR g.span = u.span)
              THEN [c.pc, g.pc, u.pc, u.call_site]
            WHEN c.to_nothing AND g.seq IS NULL AND c.span = u.span
              THEN CASE WHEN m.for_many THEN [c.call_site, c.pc, u.pc] ELSE [c.pc, c.call_site, u.pc] END
            WHEN n.is_told_to_keep THEN [u.call_site, u.pc]
            WHEN u.span IS NOT NULL THEN [u.pc, u.call_site]
            WHEN t.pc IS NOT NULL THEN [t.pc, l.call_site]
            WHEN e.pc IS NOT NULL AND p.cause IS NULL THEN [e.pc, l.call_site, l.pc]
            WHEN b.by_site > 0 AND p.cause IS NULL THEN [b.by_site, l.call_site, l.pc]
            ELSE [l.pc, l.call_site] END AS sites,
       g.seq IS NULL AND u.span IS NULL AND t.pc IS NOT NULL AS listed
FROM left_over l
LEFT JOIN retired t USING (alloc_seq)
LEFT JOIN ended e ON e.owner = l.owner AND l.cause = 'fork'
LEFT JOIN given_back b ON b.call_site = l.call_site AND b.cause = l.cause
LEFT JOIN passing p ON p.call_site = l.call_site AND p.cause = l.cause
LEFT JOIN unmapped u ON u.frame = l.frame AND u.unmapped_seq = l.unmapped_seq
LEFT JOIN unmapping_sites n ON n.pc = u.pc AND n.call_site = u.call_site
LEFT JOIN undropped d ON d.question = l.question AND d.frame = l.frame AND d.at_seq = l.at_seq
LEFT JOIN unmapping_sites o ON o.pc = d.pc AND o.call_site = d.call_site
LEFT JOIN given g ON g.question = l.question AND g.frame = l.frame AND g.at_seq = l.at_seq
LEFT JOIN counted c ON c.question = l.question AND c.frame = l.frame AND c.at_seq = l.at_seq
LEFT JOIN counters m ON m.pc = c.pc
