-- title:    no fault opens a page of the kernel
-- rule:     A page that is mapped and not for users (guard page, trapframe, trampoline) is not so after a page fault.
-- why:      What guards the stack guards no longer, or the program changes what the kernel trusts.
-- needs:    page_changes, page_fault, pte_write
-- optional: fault_changes
-- severity: error
-- hint:     The handler looked at the address, or at whether the entry is valid. What else must be set?
-- except:   none
-- judged:   SELECT count(*) FROM page_fault WHERE outcome = 'resolved'
-- suspects: SELECT count(*) FROM fault_changes WHERE (first_entry & 17) = 1 AND (entry & 17) = 17
WITH opened AS (
  SELECT * FROM page_changes WHERE by_fault AND (first_entry & 17) = 1 AND (entry & 17) = 17
)
SELECT w.cycle, w.hart, w.pid, frame_of(w.after) AS frame, w.pc, w.call_site,
       printf('a fault made the page at 0x%x, which was the kernel''s, the program''s', o.va) AS message
FROM opened o JOIN pte_write w ON w.seq = o.last_seq
ORDER BY w.seq
