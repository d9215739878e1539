-- name:  suspicious_points
-- doc:   The quiescent points at which a frame is not as it should be: mapped and free (mapped_free), shared and
--        writable (writable_shared), or with another count than its mappings make (wrong_count; expected is the
--        right one). None on a correct kernel, so that rules which start here cost nothing there.
-- needs: quiescent_points, count_convention
-- materialized: yes
WITH doubts AS (
  SELECT q.*, q.mappings + c.extra AS expected, q.mappings > 0 AND q.free AS mapped_free,
         q.mappings > 1 AND q.writable_mappings > 0 AS writable_shared,
         coalesce(q.mappings > 0 AND NOT q.free AND q.count <> q.mappings + c.extra, false) AS wrong_count
  FROM quiescent_points q CROSS JOIN count_convention c
  WHERE q.judged
)
SELECT * FROM doubts WHERE mapped_free OR writable_shared OR wrong_count
