-- title:    no double free
-- rule:     No frame is put on the free list while it is there.
-- why:      The list then has a loop, and the allocator hands one frame to two owners.
-- needs:    frame_free
-- optional: kfree
-- severity: error
-- breaks:   frames
-- hint:     Two owners each believed to be the last one; check that deciding and decrementing are one step.
-- except:   none
-- judged:   SELECT count(*) FROM frame_free
-- suspects: SELECT count(*) FROM frame_free WHERE already_free = 1
-- lacking:  the free function was called, and no frame was seen to go on the free list
-- expected: SELECT count(*) FROM kfree
SELECT cycle, hart, pid, frame, pc, call_site,
       printf('frame 0x%x was freed while it was on the free list already', frame) AS message
FROM frame_free WHERE already_free = 1
ORDER BY cycle, frame
