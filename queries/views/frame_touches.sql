-- name:  frame_touches
-- doc:   Everything that changes what a frame is: a user mapping made or removed, its count, its place on the free
--        list. change packs three differences into one number, so that one sum adds all three: mappings, writable
--        mappings times 2^20, times on the free list times 2^40. counted is the difference of the count.
-- needs: leaf_mappings, frame_alloc, frame_free
-- optional: refcount_change
SELECT frame, span, pid, from_seq AS seq, CASE WHEN writable THEN 1048577 ELSE 1 END AS change, 0::BIGINT AS counted
FROM leaf_mappings
UNION ALL
SELECT frame, to_span, to_pid, to_seq, CASE WHEN writable THEN -1048577 ELSE -1 END, 0
FROM leaf_mappings WHERE to_seq IS NOT NULL
UNION ALL
SELECT frame, span, pid, seq, -1099511627776, 0 FROM frame_alloc
UNION ALL
SELECT frame, span, pid, seq, 1099511627776, 0 FROM frame_free
UNION ALL
SELECT frame, span, pid, seq, 0, after - before FROM refcount_change
