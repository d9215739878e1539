-- name:  left_over_sites
-- doc:   For each row of left_over_frames where to look: since is the cycle at which the last mapping went (null when
--        users never mapped it). sites are addresses, the likeliest first: where the frame was passed to the free
--        function and kept all the same, that function and what it found; else where the last mapping was taken away,
--        or, of a frame that was never mapped, where it was taken.
-- needs: left_over_frames, pte_write, page_table
-- optional: kfree, refcount_change
WITH left_over AS (
  SELECT DISTINCT question, frame, at_seq, alloc_seq, pc, call_site, unmapped_seq FROM left_over_frames
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
), counted AS (
  SELECT l.question, l.frame, l.at_seq, max_by(r.pc, r.seq) AS pc
  FROM left_over l JOIN refcount_change r ON r.frame = l.frame AND r.seq > l.alloc_seq AND r.seq < l.at_seq
  GROUP BY l.question, l.frame, l.at_seq
)
SELECT l.question, l.frame, l.at_seq, u.cycle AS since,
       CASE WHEN g.seq IS NOT NULL AND (u.span IS NULL OR g.seq > l.unmapped_seq OR g.span = u.span)
              THEN [c.pc, g.pc, u.pc, u.call_site]
            WHEN u.span IS NOT NULL THEN [u.pc, u.call_site]
            ELSE [l.pc, l.call_site] END AS sites
FROM left_over l
LEFT JOIN unmapped u ON u.frame = l.frame AND u.unmapped_seq = l.unmapped_seq
LEFT JOIN given g ON g.question = l.question AND g.frame = l.frame AND g.at_seq = l.at_seq
LEFT JOIN counted c ON c.question = l.question AND c.frame = l.frame AND c.at_seq = l.at_seq
