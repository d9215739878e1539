-- title:    every frame of a reaped child returns
-- rule:     When wait has reaped a process, each frame taken for it is free again or has another user.
-- why:      Nobody else knows of these frames: what is not returned now is lost for good.
-- needs:    left_over_doubts, left_over_frames, left_over_sites, reaped_children, processes
-- optional: syscall
-- severity: error
-- breaks:   frames
-- hint:     The row names where the frame was taken; follow it to the place that should have dropped it.
-- except:   Pipe buffers, frames others still map, a frame the allocator keeps in hand beside its list.
-- judged:   SELECT count(*) FROM processes WHERE fork_seq IS NOT NULL AND reap_end_seq IS NOT NULL
-- suspects: SELECT count(*) FROM left_over_doubts WHERE question = 'reaped' AND NOT hidden
-- lacking:  wait returned children, and no process was seen to be forked and reaped
-- expected: SELECT count(*) FROM syscall WHERE phase = 'leave' AND number = 3 AND result > 0
SELECT l.alloc_cycle AS cycle, coalesce(s.since, c.end_cycle) AS since, l.hart, l.pid, l.frame, l.pc, l.call_site,
       s.sites, s.listed AS blames_as_listed,
       printf('frame 0x%x, taken here for process %d, was not returned when that was reaped at cycle %d', l.frame,
              l.about, c.end_cycle)
         || CASE WHEN s.undropped_cycle IS NULL THEN ''
                 ELSE printf('; at cycle %d it had lost its mapping at 0x%x, and was not given up for that',
                             s.undropped_cycle, s.undropped_va) END AS message
FROM left_over_frames l JOIN reaped_children c ON c.pid = l.about
JOIN left_over_sites s ON s.question = l.question AND s.frame = l.frame AND s.at_seq = l.at_seq
WHERE l.question = 'reaped'
ORDER BY cycle, l.frame
