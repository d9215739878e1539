-- name:  fault_cost
-- doc:   Page faults out of user mode with the frames their handling took and gave back. old_frame is what the page
--        was mapped to before (null when it was not), mappings_before how many user mappings that frame had.
--        undisturbed: nobody else changed old_frame meanwhile, so the cost can be told. A frame that the allocator
--        keeps in hand beside its list counts as given back when a sole owner's old frame went there, and as taken
--        when the new one came from there.
-- needs: page_fault, frame_alloc, frame_free, fault_changes, pte_write
-- optional: kalloc, kfree
-- materialized: yes
WITH faults AS (
  SELECT *, (va >> 12) << 12 AS page FROM page_fault
), takes AS (
  SELECT span, count(*) AS frames FROM frame_alloc SEMI JOIN faults USING (span) GROUP BY span
), returns AS (
  SELECT span, count(*) AS frames FROM frame_free SEMI JOIN faults USING (span) GROUP BY span
), from_hand AS (
  SELECT DISTINCT k.span, k.frame FROM kalloc k SEMI JOIN faults USING (span)
  ANTI JOIN frame_alloc a ON a.span = k.span AND a.frame = k.frame
), to_hand AS (
  SELECT DISTINCT k.span, k.frame FROM kfree k SEMI JOIN faults USING (span)
  ANTI JOIN frame_free f ON f.span = k.span AND f.frame = k.frame
)
SELECT f.seq, f.cycle, f.end_cycle, f.hart, f.pid, f.span, coalesce(w.pc, f.pc) AS pc, w.call_site, f.va, f.root,
       f.access, f.outcome,
       coalesce(t.frames, 0) + (h.frame IS NOT NULL)::INTEGER AS frames_allocated,
       coalesce(r.frames, 0)
         + (k.frame IS NOT NULL AND c.mappings_before = 1 AND coalesce(nullif(c.count, 'nan'::DOUBLE), 0) <= 0)::INTEGER
         AS frames_freed,
       c.old_frame, c.new_frame, c.last_seq AS change_seq, c.mappings_before,
       coalesce(c.undisturbed, false) AS undisturbed
FROM faults f
LEFT JOIN takes t USING (span)
LEFT JOIN returns r USING (span)
LEFT JOIN fault_changes c ON c.span = f.span AND c.root = f.root AND c.va = f.page
LEFT JOIN pte_write w ON w.seq = c.last_seq
LEFT JOIN from_hand h ON h.span = f.span AND h.frame = c.new_frame
LEFT JOIN to_hand k ON k.span = f.span AND k.frame = c.old_frame
