-- title:    the program returns its frames
-- rule:     Once the shell has reaped the program, every frame taken since its fork is free again or has an owner
--           outside the program's process tree, and the free list is no shorter than that says.
-- why:      Running a program must not cost memory.
-- needs:    program_window, left_over_doubts, left_over_frames, left_over_sites, program_balance
-- severity: error
-- breaks:   frames
-- hint:     Each row is one frame, at the place where it was taken. Find who should have returned it.
-- except:   Judged only if the whole tree was reaped and nobody else was born or died meanwhile, so that nobody can
--           hold a pipe of the program any more. Pages of other processes, a frame the allocator keeps beside its list.
--           Frames that come to the list from elsewhere, such as a larger page that was broken up.
-- judged:   SELECT count(*) FROM program_window WHERE closed
-- skipped:  SELECT count(*) FROM program_window WHERE NOT closed
-- suspects: SELECT (SELECT count(*) FROM left_over_doubts WHERE question = 'program' AND NOT hidden) + (SELECT
--           count(*) FROM program_window WHERE closed AND free_before - free_after > taken - returned)
SELECT l.alloc_cycle AS cycle, coalesce(s.since, w.to_cycle) AS since, l.hart, l.pid, l.frame, l.pc, l.call_site,
       s.sites, s.listed AS blames_as_listed,
       printf('frame 0x%x was taken here and never returned (%d free frames before the program, %d after)', l.frame,
              w.free_before, w.free_after) AS message
FROM left_over_frames l CROSS JOIN program_window w
JOIN left_over_sites s ON s.question = l.question AND s.frame = l.frame AND s.at_seq = l.at_seq
WHERE l.question = 'program'
UNION ALL
SELECT to_cycle, to_cycle, hart, parent, NULL, pc, NULL, [pc], false,
       printf('%d frames were taken and %d returned, but the free list went from %d to %d',
              taken, returned, free_before, free_after)
FROM program_balance
WHERE free_before::BIGINT - free_after::BIGINT > taken - returned
ORDER BY cycle, frame
