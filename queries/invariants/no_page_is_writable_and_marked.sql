-- title:    no page is writable and marked
-- rule:     A page that carries the kernel's mark for "shared until written" is not writable.
-- why:      The two contradict each other: whoever trusts the mark copies or counts what is nobody else's any more.
-- needs:    page_permissions, cow_mark, space_changes, pte_write
-- severity: warning
-- hint:     When a page becomes writable again, its mark has done its work.
-- except:   Kernels that keep the mark elsewhere.
-- judged:   SELECT sum(changes) FROM page_permissions WHERE finished AND user_after AND carries_mark
-- suspects: SELECT count(*) FROM page_permissions WHERE finished AND user_after AND (permissions & 4) <> 0 AND
--           carries_mark
WITH changes AS (
  SELECT c.last_seq, c.va
  FROM space_changes c CROSS JOIN cow_mark m
  WHERE c.finished AND c.user_after AND (c.entry & 4) <> 0 AND (c.entry & m.bit) <> 0
)
SELECT w.cycle, w.hart, w.pid, frame_of(w.after) AS frame, w.pc, w.call_site,
       printf('the page at 0x%x was made writable and kept its mark (entry 0x%x)', c.va, w.after) AS message
FROM changes c JOIN pte_write w ON w.seq = c.last_seq
ORDER BY w.cycle, c.va
