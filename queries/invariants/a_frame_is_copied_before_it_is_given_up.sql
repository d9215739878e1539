-- title:    a frame is copied before it is given up
-- rule:     The handler of a write fault gives up the old frame only when the copy of it is complete.
-- why:      Once it is given up the other owner may be the last one, who writes to it or frees it: the copy is of
--           something else.
-- needs:    fault_changes, kalloc, kfree
-- severity: error
-- hint:     The old frame is the process's own claim on what it is about to copy.
-- except:   Judged by time: to copy a page takes more than a thousand instructions, so a frame that is given up sooner
--           after the new one was taken cannot have been copied.
-- judged:   SELECT count(*) FROM fault_changes WHERE old_frame <> new_frame
-- suspects: SELECT count(*) FROM fault_changes WHERE hasty AND old_frame <> new_frame
WITH copies AS (
  SELECT span, old_frame, new_frame, last_seq FROM fault_changes WHERE old_frame <> new_frame
), dropped AS (
  SELECT c.*, k.seq, k.cycle, k.hart, k.pid, k.pc, k.call_site
  FROM kfree k JOIN copies c ON k.span = c.span AND k.frame = c.old_frame AND k.seq < c.last_seq
), taken AS (
  SELECT k.span, k.frame, k.cycle, k.call_site FROM kalloc k JOIN dropped d ON k.span = d.span AND k.frame = d.new_frame
)
SELECT min(d.cycle) AS cycle, min_by(d.hart, d.seq) AS hart, min_by(d.pid, d.seq) AS pid,
       min_by(d.old_frame, d.seq) AS frame, d.pc, d.call_site,
       -- Who asks for the copy has the order in hand; what it calls to unmap the old page does as always.
       [min_by(t.call_site, d.seq), d.call_site, d.pc] AS sites, true AS blames_as_listed,
       printf('frame 0x%x was given up %d time step(s) after its copy 0x%x had been taken, which is too soon to have '
              || 'copied it (%d time(s) here)', min_by(d.old_frame, d.seq),
              min_by(greatest(d.cycle::BIGINT - t.cycle::BIGINT, 0), d.seq), min_by(d.new_frame, d.seq), count(*))
         AS message
FROM dropped d JOIN taken t ON t.span = d.span AND t.frame = d.new_frame
WHERE d.cycle::BIGINT - t.cycle::BIGINT < 1024
GROUP BY d.pc, d.call_site
ORDER BY cycle
