-- title:    a replaced frame is freed last
-- rule:     The handler of a fault leads the page to its new frame before it frees the old one.
-- why:      Another hart can be given the frame meanwhile, and the page still shows it. Nothing comes of that as long
--           as only the process that is in the kernel uses the page table.
-- needs:    frame_alloc, leaf_mappings, frame_free, fault_changes
-- severity: warning
-- hint:     In which order are the old frame freed and the new entry stored?
-- except:   Only told where another entry was given the frame in between. What unmapping frees before it clears the
--           entry, as xv6 itself does, is none of this.
-- judged:   SELECT count(*) FROM fault_changes WHERE old_frame <> new_frame
-- suspects: SELECT count(*) FROM frame_alloc WHERE mappings > 0
WITH taken AS (
  SELECT * FROM frame_alloc WHERE mappings > 0
), mapped AS (
  SELECT t.seq, t.cycle, t.frame, m.root, m.va, m.from_seq, m.to_span, m.to_seq
  FROM taken t JOIN leaf_mappings m ON m.frame = t.frame AND m.from_seq < t.seq AND m.to_seq > t.seq
), freed AS (
  SELECT m.*, f.span AS free_span, f.pc, f.call_site, f.cycle AS free_cycle, f.hart, f.pid
  FROM mapped m ASOF JOIN frame_free f ON m.frame = f.frame AND m.seq > f.seq
  WHERE m.from_seq < f.seq
)
SELECT free_cycle AS cycle, f.hart, f.pid, f.frame, f.pc, f.call_site,
       printf('frame 0x%x was freed here and handed out at cycle %d, before the page at 0x%x had its new one', f.frame,
              f.cycle, f.va) AS message
FROM freed f SEMI JOIN leaf_mappings n
  ON n.root = f.root AND n.va = f.va AND n.span = f.to_span AND n.from_seq = f.to_seq
WHERE f.to_span = f.free_span
ORDER BY f.seq
