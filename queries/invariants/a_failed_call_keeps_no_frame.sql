-- title:    a failed call keeps no frame
-- rule:     A fork, exec or sbrk that fails has given back every frame that it took.
-- why:      The program sees a failure and carries on as before; what the call kept has no owner.
-- needs:    failed_calls, frame_takings, kalloc, kfree, page_table
-- severity: error
-- breaks:   frames
-- hint:     Follow the way out of the call from where it failed: what had been done by then, and what is undone?
-- except:   Pages that the process itself came to use meanwhile, tables of its own page table, and a frame that the
--           allocator keeps beside its list.
-- judged:   SELECT count(*) FROM failed_calls
-- suspects: SELECT count(*) FROM failed_calls
WITH kept AS (
  SELECT c.name, c.seq AS call_seq, c.end_seq, c.cycle AS call_cycle, t.*
  FROM failed_calls c JOIN frame_takings t USING (span)
  WHERE coalesce(t.free_seq > c.end_seq, true)
    -- What it did not get from the allocator is in the allocator's stock.
    AND (NOT EXISTS (SELECT * FROM kalloc) OR (t.span, t.frame) IN (SELECT (span, frame) FROM kalloc))
    AND NOT coalesce(t.mapped_seq < c.end_seq AND coalesce(t.unmapped_seq > c.end_seq, true), false)
), tables AS (
  -- Tables that the call linked into a page table which was there before it.
  SELECT l."table" AS frame, l.span FROM page_table l
  ANTI JOIN frame_takings r ON r.frame = l.root AND r.span = l.span
  WHERE l.action = 'linked'
)
SELECT k.alloc_cycle AS cycle, k.hart, k.pid, k.frame, k.pc, k.call_site,
       printf('frame 0x%x was taken here for a %s that failed (cycle %d), and was not given back', k.frame, k.name,
              k.call_cycle) AS message
FROM kept k
ANTI JOIN tables t ON t.frame = k.frame AND t.span = k.span
ANTI JOIN kfree f ON f.frame = k.frame AND f.span = k.span AND f.seq > k.alloc_seq
ORDER BY k.alloc_seq
