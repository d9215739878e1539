-- name:  point_states
-- doc:   How many quiescent points there are of each state of a frame: what rules about frames count as judged and
--        skipped.
-- needs: quiescent_points
-- materialized: yes
SELECT judged, free, mappings, writable_mappings > 0 AS writable, count, count(*) AS points
FROM quiescent_points GROUP BY ALL
