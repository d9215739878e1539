-- title:    a shared write fault takes one frame
-- rule:     A write fault on a page whose frame others map too takes exactly one frame on balance.
-- why:      The writer needs a copy and nothing else; the others keep the old frame.
-- needs:    fault_handling, fault_cost
-- severity: error
-- breaks:   frames
-- hint:     Count what the fault handler allocates and frees; the old frame must survive for the others.
-- except:   Not judged when another process handled the same frame meanwhile, nor when the process was killed.
-- judged:   SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND
--           mappings_before > 1
-- skipped: SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND NOT
--           coalesce(undisturbed, false) AND mappings_before > 1
-- suspects: SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND
--           mappings_before > 1 AND (frames_taken IS NULL OR frames_taken - frames_returned <> 1)
SELECT cycle, hart, pid, old_frame AS frame, pc, call_site,
       printf('a write to 0x%x, whose frame had %d mappings, took %d frame(s) and returned %d', va, mappings_before,
              frames_allocated, frames_freed) AS message
FROM fault_cost
WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND mappings_before > 1
  AND frames_allocated - frames_freed <> 1
ORDER BY cycle
