-- title:    every frame of a reaped child returns
-- rule:     When wait has reaped a process, each frame taken for it is free again or has another user.
-- why:      Nobody else knows of these frames: what is not returned now is lost for good.
-- needs:    left_over_frames, reaped_children
-- severity: error
-- hint:     The row names where the frame was taken; follow it to the place that should have dropped it.
-- except:   Pipe buffers, frames others still map, a frame the allocator keeps in hand beside its list.
-- judged:   SELECT count(*) FROM reaped_children WHERE fork_seq IS NOT NULL
SELECT l.alloc_cycle AS cycle, l.hart, l.pid, l.frame, l.pc, l.call_site,
       printf('frame 0x%x, taken here for process %d, was not returned when that was reaped at cycle %d', l.frame,
              l.about, c.end_cycle) AS message
FROM left_over_frames l JOIN reaped_children c ON c.pid = l.about
WHERE l.question = 'reaped'
ORDER BY cycle, frame
