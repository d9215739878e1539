-- title:    a write fault keeps the page's content
-- rule:     When a program goes on at the store that had faulted, the page holds what it held before.
-- why:      The program was stopped between two instructions of its own: nobody has written to its page.
-- needs:    page_fault, fault_changes, pte_write
-- optional: kalloc
-- severity: error
-- breaks:   frames
-- hint:     Compare the page that the handler installs with the one that it replaces: which bytes, how many, which way?
-- except:   A page that had no memory before the fault, or was the kernel's: what it then holds is the kernel's choice.
-- judged:   SELECT count(*) FROM page_fault WHERE kept IS NOT NULL
-- suspects: SELECT count(*) FROM page_fault WHERE kept = 0
WITH lost AS (
  SELECT *, (va >> 12) << 12 AS page FROM page_fault WHERE kept = 0
), changed AS (
  SELECT l.seq, coalesce(w.cycle, l.cycle) AS cycle, l.hart, l.pid, l.page, coalesce(c.pc, l.pc) AS pc, c.call_site,
         c.old_frame, c.new_frame, k.call_site AS taken_at
  FROM lost l LEFT JOIN fault_changes c ON c.span = l.span AND c.root = l.root AND c.va = l.page
  LEFT JOIN pte_write w ON w.seq = c.last_seq
  LEFT JOIN kalloc k ON k.span = l.span AND k.frame = c.new_frame
)
-- What became of the old frame before it was copied tells more than the copy, which has just begun.
SELECT min(cycle) AS cycle, min_by(hart, seq) AS hart, min_by(pid, seq) AS pid,
       min_by(coalesce(old_frame, new_frame), seq) AS frame, pc, call_site,
       -- Who takes the frame fills it; the entry may be written elsewhere.
       [min_by(taken_at, seq), pc, call_site]::UBIGINT[] AS sites,
       CASE WHEN min_by(coalesce(new_frame, 0) <> coalesce(old_frame, 0), seq)
            THEN printf('the page at 0x%x was in frame 0x%x, and after the fault in frame 0x%x, which does not hold '
                        || 'the same (%d page(s) so)', min_by(page, seq), min_by(old_frame, seq),
                        min_by(new_frame, seq), count(*))
            ELSE printf('the page at 0x%x does not hold after the fault what it held before (%d page(s) so)',
                        min_by(page, seq), count(*)) END AS message
FROM changed GROUP BY pc, call_site
ORDER BY cycle
