-- title:    a program gains no permission
-- rule:     A user page is writable or executable only if it was so when exec, sbrk or its first use made it.
-- why:      Sharing must be invisible: text that was read-only stays so, and data never becomes executable.
-- needs:    space_changes, granted_permissions, pte_write, kernel_span
-- severity: error
-- hint:     The new entry must be made from the old one's permissions, not from a fixed set of flags.
-- except:   Pages of processes whose program is not known (the first process before its exec) are not judged, nor is
--           what an unfinished kernel entry has left so far.
-- judged:   SELECT count(*) FROM space_changes c JOIN granted_permissions g USING (image, va)
--           JOIN kernel_span k ON k.id = c.span WHERE k.finished = 1 AND c.user_after
WITH gained AS (
  SELECT c.last_seq, c.va, c.entry & ~g.permissions & 12 AS extra
  FROM space_changes c
  JOIN granted_permissions g USING (image, va)
  JOIN kernel_span k ON k.id = c.span
  WHERE k.finished = 1 AND c.user_after AND (c.entry & 12 & ~g.permissions) <> 0
)
SELECT w.cycle, w.hart, w.pid, ((w.after >> 10) & 17592186044415) << 12 AS frame, w.pc, w.call_site,
       printf('the page at 0x%x became %s, which the program was never granted', g.va,
              CASE g.extra WHEN 12 THEN 'writable and executable' WHEN 4 THEN 'writable' ELSE 'executable' END)
         AS message
FROM gained g JOIN pte_write w ON w.seq = g.last_seq
ORDER BY w.cycle, g.va
