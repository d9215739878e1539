-- title:    a program gains no permission
-- rule:     A user page is writable or executable only if it was so when exec, sbrk or its first use made it.
-- why:      Sharing must be invisible: text that was read-only stays so, and data never becomes executable.
-- needs:    gained_permissions, page_permissions, space_changes, pte_write, kernel_span
-- severity: error
-- hint:     The new entry must be made from the old one's permissions, not from a fixed set of flags.
-- except:   Pages of processes whose program is not known (the first process before its exec) are not judged, nor is
--           what an unfinished kernel entry has left so far. What a child has from a parent that had gained it is told
--           of the parent.
-- judged:   SELECT sum(changes) FROM page_permissions WHERE granted IS NOT NULL AND finished AND user_after
-- suspects: SELECT count(*) FROM page_permissions WHERE finished AND user_after AND gained <> 0
-- lacking:  what exec granted the programs is not known
-- expected: SELECT count(*) FROM pte_write WHERE level = 0 AND (after & 17) = 17
WITH gained AS (
  SELECT c.last_seq, c.va, c.root, g.extra,
         c.root <> first_value(c.root) OVER (PARTITION BY c.image, c.va, g.extra ORDER BY c.last_seq) AS was_elsewhere
  FROM gained_permissions g
  JOIN space_changes c ON c.image = g.image AND c.va = g.va AND (c.entry & 14) = g.permissions
  WHERE c.finished AND c.user_after
), changes AS (
  SELECT g.* FROM gained g JOIN pte_write w ON w.seq = g.last_seq LEFT JOIN kernel_span k ON k.id = w.span
  WHERE NOT (g.was_elsewhere AND coalesce(k.cause = 'fork', false))
), marked AS (
  -- A page that may never be written was marked as if it were shared until written: who did that misled the other.
  SELECT c.last_seq, max_by(m.pc, m.seq) AS pc, max_by(m.call_site, m.seq) AS call_site, max(m.cycle) AS cycle
  FROM changes c JOIN pte_write m ON m.root = c.root AND m.va = c.va AND m.seq < c.last_seq
  WHERE c.extra & 4 <> 0 AND m.level = 0 AND m.after & 5 = 1 AND m.after & 768 <> 0 AND m.before & 4 = 0
    AND (m.before & 768 <> m.after & 768)
  GROUP BY c.last_seq
)
SELECT w.cycle, m.cycle AS since, w.hart, w.pid, frame_of(w.after) AS frame, w.pc, w.call_site,
       [m.pc, m.call_site, w.pc, w.call_site] AS sites,
       printf('the page at 0x%x became %s, which the program was never granted%s', c.va,
              CASE c.extra WHEN 12 THEN 'writable and executable' WHEN 4 THEN 'writable' ELSE 'executable' END,
              CASE WHEN m.cycle IS NULL THEN ''
                   ELSE printf('; it had been marked as shared until written (cycle %d)', m.cycle) END)
         AS message
FROM changes c JOIN pte_write w ON w.seq = c.last_seq LEFT JOIN marked m ON m.last_seq = c.last_seq
ORDER BY w.cycle, c.va
