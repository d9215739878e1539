-- name:  program_balance
-- doc:   The frames taken off the free list and returned to it while the program's tree lived, beside the free frames
--        before and after. One row when the window is closed (see program_window).
-- needs: program_window, frame_lifetimes
-- candidates: SELECT count(*) FROM run_facts WHERE key = 'program'
SELECT w.to_cycle, w.hart, w.parent, w.pc, w.free_before, w.free_after,
       count(*) FILTER (l.alloc_seq > w.from_seq AND l.alloc_seq < w.to_seq) AS taken,
       count(*) FILTER (l.free_seq > w.from_seq AND l.free_seq < w.to_seq) AS returned
FROM program_window w CROSS JOIN frame_lifetimes l
WHERE w.closed GROUP BY ALL
