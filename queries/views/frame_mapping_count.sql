-- name:  frame_mapping_count
-- doc:   Running number of user mappings of a frame, a row for each moment at which it may have changed.
-- needs: leaf_mappings
WITH deltas AS (
  SELECT frame, from_seq AS seq, from_cycle AS cycle, 1 AS delta, writable::INTEGER AS writable FROM leaf_mappings
  UNION ALL
  SELECT frame, to_seq, to_cycle, -1, -(writable::INTEGER) FROM leaf_mappings WHERE to_seq IS NOT NULL
), moments AS (
  SELECT frame, seq, min(cycle) AS cycle, sum(delta) AS delta, sum(writable) AS writable
  FROM deltas GROUP BY frame, seq
)
SELECT frame, seq, cycle, (sum(delta) OVER so_far)::INTEGER AS mappings,
       (sum(writable) OVER so_far)::INTEGER AS writable_mappings
FROM moments
WINDOW so_far AS (PARTITION BY frame ORDER BY seq ROWS UNBOUNDED PRECEDING)
