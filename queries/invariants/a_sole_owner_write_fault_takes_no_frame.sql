-- title:    a sole owner's write fault takes no frame
-- rule:     A write fault on a page whose frame nobody else maps takes no frame on balance.
-- why:      Either the frame is used in place, or one is taken for the copy and the old one returned.
-- needs:    fault_handling, fault_cost
-- severity: error
-- breaks:   frames
-- hint:     When the copy is installed, the old frame has lost its last owner and must be freed.
-- except:   Not judged when another process handled the same frame meanwhile, nor when the process was killed.
-- judged:   SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND
--           mappings_before = 1
-- skipped: SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND NOT
--           coalesce(undisturbed, false) AND mappings_before = 1
-- suspects: SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND
--           mappings_before = 1 AND (frames_taken IS NULL OR frames_taken <> frames_returned)
SELECT cycle, hart, pid, old_frame AS frame, pc, call_site,
       printf('a write to 0x%x, whose frame had no other mapping, took %d frame(s) and returned %d', va,
              frames_allocated, frames_freed) AS message
FROM fault_cost
WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND mappings_before = 1
  AND frames_allocated <> frames_freed
ORDER BY cycle
