-- name:  free_frames
-- doc:   Frames on the free list after every change of it.
-- needs: frame_alloc, frame_free
SELECT seq, cycle, span, free_frames FROM frame_alloc
UNION ALL
SELECT seq, cycle, span, free_frames FROM frame_free
