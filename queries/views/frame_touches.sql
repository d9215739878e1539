-- name:  frame_touches
-- doc:   Everything that changes what a frame is: a user mapping made or removed, its count, its place on the free
--        list. Each row says by how much: mappings, writable mappings, count, times on the free list.
-- needs: leaf_mappings, frame_alloc, frame_free
-- optional: refcount_change
SELECT frame, span, pid, from_seq AS seq, 1 AS mapped, writable::INTEGER AS writable, 0::BIGINT AS counted, 0 AS listed
FROM leaf_mappings
UNION ALL
SELECT frame, to_span, to_pid, to_seq, -1, -(writable::INTEGER), 0, 0 FROM leaf_mappings WHERE to_seq IS NOT NULL
UNION ALL
SELECT frame, span, pid, seq, 0, 0, 0, -1 FROM frame_alloc
UNION ALL
SELECT frame, span, pid, seq, 0, 0, 0, 1 FROM frame_free
UNION ALL
SELECT frame, span, pid, seq, 0, 0, after - before, 0 FROM refcount_change
