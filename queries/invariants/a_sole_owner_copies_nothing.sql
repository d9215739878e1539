-- title:    a sole owner copies nothing
-- rule:     A write fault on a page whose frame nobody else maps makes it writable in place.
-- why:      A copy is not wrong, but costs a page of memory traffic, and fails when memory is out though none is
--           needed.
-- needs:    fault_handling
-- severity: warning
-- hint:     Could the handler tell that there is nobody to copy for?
-- except:   Not judged when another process handled the same frame meanwhile, nor when the process was killed.
-- judged:   SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND
--           mappings_before = 1
-- suspects: SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND
--           mappings_before = 1 AND new_frame <> old_frame
SELECT min(cycle) AS cycle, min_by(hart, seq) AS hart, min_by(pid, seq) AS pid, min_by(old_frame, seq) AS frame,
       min_by(coalesce(pc, fault_pc), seq) AS pc, min_by(call_site, seq) AS call_site,
       CASE WHEN count(*) = (SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND
                                                                       undisturbed AND mappings_before = 1)
              THEN printf('this kernel copies for sole owners too: %d time(s), first here', count(*))
            ELSE printf('%d of %d write faults of sole owners made a copy, first here', count(*),
                        (SELECT count(*) FROM fault_handling WHERE access = 'store' AND outcome = 'resolved' AND
                                                                   undisturbed AND mappings_before = 1)) END AS message
FROM fault_handling
WHERE access = 'store' AND outcome = 'resolved' AND undisturbed AND mappings_before = 1 AND new_frame <> old_frame
HAVING count(*) > 0
