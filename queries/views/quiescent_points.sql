-- name:  quiescent_points
-- doc:   For each frame, the ends of the kernel entries that touched it, and the moments when they blocked: the
--        settled rows of frame_spans, where judged, undisturbed and the state of the frame are explained. seq is the
--        end of the entry, or of its stretch. count is null on kernels without a reference count, or while it never
--        changed for this frame.
-- needs: frame_spans
SELECT frame, span, end_seq AS seq, mappings, writable_mappings, mappings_before,
       CASE WHEN (flags & 16) <> 0 THEN count::BIGINT END AS count,
       (flags & 8) <> 0 AS free, (flags & 2) <> 0 AS judged, (flags & 4) <> 0 AS undisturbed
FROM frame_spans WHERE (flags & 1) <> 0
