-- name:  program_balance
-- doc:   The frames taken off the free list and returned to it while the program's tree lived, beside the free frames
--        before and after. One row when the window is closed (see program_window).
-- needs: program_window
SELECT to_cycle, hart, parent, pc, free_before, free_after, taken, returned FROM program_window WHERE closed
