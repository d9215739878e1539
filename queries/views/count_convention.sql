-- name:  count_convention
-- doc:   What this kernel's reference count says of a frame with one user mapping: 1 (it counts references) or 0 (it
--        counts further references only). extra is what must be added to the mappings to get the count. Learned from
--        the frames with exactly one mapping, so that a fault in the handling of shared frames cannot bend it.
-- needs: quiescent_points
SELECT CASE WHEN mode(count) = 0 THEN -1 ELSE 0 END AS extra
FROM quiescent_points
WHERE judged AND mappings = 1 AND NOT free AND count IS NOT NULL
