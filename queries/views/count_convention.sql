-- name:  count_convention
-- doc:   What this kernel's reference count says of a frame with one user mapping: 1 (it counts references) or 0 (it
--        counts further references only). extra is what must be added to the mappings to get the count. Learned from
--        the frames with exactly one mapping, so that a fault in the handling of shared frames cannot bend it.
-- needs: point_states
-- materialized: yes
WITH counts AS (
  SELECT count, sum(points) AS points FROM point_states
  WHERE judged AND mappings = 1 AND NOT free AND count IS NOT NULL GROUP BY count
)
SELECT CASE WHEN max_by(count, points) = 0 THEN -1 ELSE 0 END AS extra FROM counts
