-- title:    a sole owner copies nothing
-- rule:     A write fault on a page whose frame nobody else maps makes it writable in place.
-- why:      The copy costs a page of memory traffic, and fails when memory is out although none is needed.
-- needs:    fault_cost
-- severity: warning
-- hint:     The count tells the handler that there is nobody to copy for.
-- except:   Not judged when another process handled the same frame meanwhile, nor when the process was killed.
-- judged:   SELECT count(*) FROM fault_cost WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND
--           mappings_before = 1
WITH copies AS (
  SELECT * FROM fault_cost
  WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND mappings_before = 1 AND new_frame <> old_frame
)
SELECT min(cycle) AS cycle, min_by(hart, seq) AS hart, min_by(pid, seq) AS pid, min_by(old_frame, seq) AS frame,
       min_by(pc, seq) AS pc, min_by(call_site, seq) AS call_site,
       printf('%d time(s), first here, a write copied a frame that had no other mapping', count(*)) AS message
FROM copies HAVING count(*) > 0
