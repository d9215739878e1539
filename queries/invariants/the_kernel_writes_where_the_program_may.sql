-- title:    the kernel writes where the program may
-- rule:     When a system call has written a result to a page of the process, that page is writable for the process.
-- why:      What the kernel writes through its own mapping does not fault: a shared frame changes for everybody who
--           has it, and read-only text changes for good.
-- needs:    written_pages, leaf_mappings, granted_permissions, pte_write
-- optional: frame_write, result_writers
-- severity: error
-- hint:     The kernel must treat its own stores to user pages as the hardware treats the program's.
-- except:   A page that nobody shares and that the program may write, though its entry does not say so yet; a page of
--           which no entry is seen, as within a superpage. Calls other than read, pipe, fstat and wait are not judged.
-- judged:   SELECT count(*) FROM written_pages
-- suspects: SELECT count(*) FROM written_pages WHERE NOT writable
WITH suspects AS (
  SELECT * FROM written_pages WHERE NOT writable
), sharers AS (
  SELECT s.seq, s.va, count(*) AS mappings
  FROM suspects s JOIN leaf_mappings m ON m.frame = s.frame AND m.from_seq < s.seq
  WHERE coalesce(m.to_seq > s.seq, true) GROUP BY ALL
), found AS (
  SELECT s.*, h.mappings, g.permissions & 4 = 0 AS read_only
  FROM suspects s JOIN sharers h USING (seq, va) LEFT JOIN granted_permissions g ON g.image = s.image AND g.va = s.va
), hidden AS (
  -- Mapped, and not for users: a guard page, the trapframe.
  SELECT s.seq, s.cycle, s.hart, s.pid, s.pc, s.name, s.va, s.span, w.after, w.span AS by_span, w.pc AS by_pc,
         w.call_site
  FROM (SELECT * FROM suspects WHERE NOT mapped) s
  ASOF JOIN (SELECT * FROM pte_write WHERE level = 0) w ON w.root = s.root AND w.va = s.va AND w.seq < s.seq
  WHERE w.after & 17 = 1
), stores AS (
  SELECT f.seq, f.va, max_by(w.pc, w.seq) AS pc, max_by(w.call_site, w.seq) AS call_site
  FROM found f JOIN frame_write w ON w.span = f.span AND w.frame = f.frame AND w.seq < f.seq GROUP BY ALL
)
SELECT cycle, hart, pid, frame, coalesce(w.pc, f.pc) AS pc, w.call_site,
       [w.call_site, w.pc, (SELECT pc FROM result_writers)]::UBIGINT[] AS sites,
       CASE WHEN read_only
              THEN printf('%s wrote to the page at 0x%x, which the program may only read', name, va)
            ELSE printf('%s wrote to the page at 0x%x, whose frame 0x%x had %d mappings, and made no copy',
                        name, va, frame, mappings) END AS message
FROM found f LEFT JOIN stores w USING (seq, va)
WHERE mappings > 1 OR read_only
UNION ALL
SELECT cycle, hart, pid, frame_of(after) AS frame,
       CASE WHEN by_span = span THEN by_pc ELSE pc END AS pc, CASE WHEN by_span = span THEN call_site END AS call_site,
       [CASE WHEN by_span = span THEN by_pc END, CASE WHEN by_span = span THEN call_site END,
        (SELECT pc FROM result_writers)]::UBIGINT[],
       printf('%s wrote to the page at 0x%x, which is mapped for the kernel only', name, va) AS message
FROM hidden
ORDER BY cycle
