-- title:    every unmapped frame is freed
-- rule:     A frame that users mapped and that has lost its last mapping is free by the end of the trace.
-- why:      A frame with no mapping and no place on the free list can never be used again.
-- needs:    left_over_doubts, left_over_frames, left_over_sites, frames, pte_write, page_table, kernel_span, run_facts
-- severity: error
-- breaks:   frames
-- hint:     Here the last mapping went; whoever takes a mapping away must drop the reference that it held.
-- except:   Frames in the hands of an unfinished kernel entry, guard pages, a frame kept beside the free list. A
--           trace that lost its end is not judged.
-- judged:   SELECT sum(unmapped) FROM frames WHERE taken > 0 AND NOT EXISTS (SELECT * FROM run_facts WHERE key =
--           'horizon_cycle')
-- suspects: SELECT count(*) FROM left_over_doubts WHERE question = 'end' AND unmapped AND NOT hidden
SELECT coalesce(w.cycle, t.cycle) AS cycle, coalesce(w.hart, t.hart) AS hart, coalesce(w.pid, t.pid) AS pid, l.frame,
       coalesce(w.pc, t.pc) AS pc, w.call_site, s.sites,
       printf('frame 0x%x, taken at cycle %d, lost its last mapping here and was never freed', l.frame, l.alloc_cycle)
         || CASE WHEN s.undropped_cycle IS NULL THEN ''
                 ELSE printf('; at cycle %d it had lost the one at 0x%x, and was not given up for that',
                             s.undropped_cycle, s.undropped_va) END AS message
FROM left_over_frames l
JOIN left_over_sites s ON s.question = l.question AND s.frame = l.frame AND s.at_seq = l.at_seq
LEFT JOIN pte_write w ON w.seq = l.unmapped_seq
LEFT JOIN page_table t ON t.seq = l.unmapped_seq
ANTI JOIN kernel_span k ON k.id = coalesce(w.span, t.span) AND k.finished = 0
WHERE l.question = 'end' AND l.unmapped_seq IS NOT NULL
ORDER BY cycle, l.frame
