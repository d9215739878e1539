-- title:    no writable shared superpage
-- rule:     When the kernel entry that maps a superpage is done, no user mapping of its 2 MiB can be written while
--           there are two or more.
-- why:      A store to what is shared must fault, so that the kernel can copy it first.
-- needs:    pte_write, page_table, kernel_span
-- severity: error
-- hint:     Whoever makes a superpage shared must take the write permission from every entry that leads to it.
-- except:   All other rules about frames and mappings look at pages of 4 KiB: what lies in superpages is not judged by
--           them. A superpage and a page inside it are not compared.
-- judged:   SELECT count(*) FROM pte_write WHERE level = 1 AND (after & 17) = 17 AND (after & 14) <> 0
-- suspects: SELECT count(*) FROM pte_write WHERE level = 1 AND (after & 17) = 17 AND (after & 14) <> 0
WITH entries AS (
  SELECT *, lead(seq) OVER (PARTITION BY entry ORDER BY seq) AS next_seq FROM pte_write WHERE level = 1
), large AS (
  SELECT e.*, frame_of(after) AS frame, (after & 4) <> 0 AS writable, (entry >> 12) << 12 AS page
  FROM entries e WHERE (after & 17) = 17 AND (after & 14) <> 0
), gone AS (
  SELECT "table" AS page, seq AS gone_seq FROM page_table WHERE action = 'retired'
), mapped AS (
  SELECT l.*, least(coalesce(next_seq, 18446744073709551615), coalesce(gone_seq, 18446744073709551615)) AS to_seq
  FROM large l ASOF LEFT JOIN gone g ON l.page = g.page AND l.seq < g.gone_seq
)
SELECT m.cycle, m.hart, m.pid, m.frame, m.pc, m.call_site,
       printf('the superpage at frame 0x%x is mapped at 0x%x and %d time(s) elsewhere, and can be written', m.frame,
              m.va, count(*)) AS message
FROM mapped m JOIN kernel_span done ON done.id = m.span AND done.seq < m.to_seq
JOIN mapped other ON other.frame = m.frame AND other.entry <> m.entry AND other.seq < m.seq AND other.to_seq > done.seq
GROUP BY m.cycle, m.hart, m.pid, m.frame, m.pc, m.call_site, m.va, m.seq, m.writable
HAVING m.writable OR bool_or(other.writable)
ORDER BY m.seq
