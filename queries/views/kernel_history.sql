-- name:  kernel_history
-- doc:   What the kernel did to memory on behalf of each process, in that process's order: page faults handled,
--        frames taken, given to the free function and freed, counts and page-table entries changed, panics. kind is
--        that of the event. Processes go by their birth and no frame by its address, so that text is equal where two
--        runs did the same; site is the function that did it and its caller, empty when unknown. Interrupts, the
--        scheduler and boot are left out.
-- needs: process_births, pte_write, frame_alloc, frame_free, page_fault, kernel_span, location
-- optional: kfree, refcount_change, panic
WITH rows AS (
  SELECT 'frame_alloc' AS kind, seq, cycle, hart, pid, span, pc, call_site, 'takes a frame' AS text FROM frame_alloc
  UNION ALL
  SELECT 'kfree', seq, cycle, hart, pid, span, pc, call_site, 'passes a frame to the free function' FROM kfree
  UNION ALL
  SELECT 'frame_free', seq, cycle, hart, pid, span, pc, call_site,
         CASE already_free WHEN 1 THEN 'frees a frame that is free' ELSE 'frees a frame' END FROM frame_free
  UNION ALL
  SELECT 'refcount_change', seq, cycle, hart, pid, span, pc, call_site, printf('count %d -> %d', before, after)
  FROM refcount_change
  UNION ALL
  SELECT 'page_fault', seq, cycle, hart, pid, span, pc, 0, printf('%s fault at 0x%x, %s', access, va, outcome)
  FROM page_fault
  UNION ALL
  SELECT 'pte_write', seq, cycle, hart, pid, span, pc, call_site,
         printf('%s 0x%x: %s -> %s%s', CASE level WHEN 0 THEN 'page' ELSE 'table of' END, va,
           CASE WHEN before & 1 = 0 THEN 'nothing' ELSE
             CASE WHEN before & 2 <> 0 THEN 'r' ELSE '-' END || CASE WHEN before & 4 <> 0 THEN 'w' ELSE '-' END ||
             CASE WHEN before & 8 <> 0 THEN 'x' ELSE '-' END || CASE WHEN before & 16 <> 0 THEN 'u' ELSE '-' END ||
             CASE (before >> 8) & 3 WHEN 0 THEN '' ELSE '+' || ((before >> 8) & 3) END END,
           CASE WHEN after & 1 = 0 THEN 'nothing' ELSE
             CASE WHEN after & 2 <> 0 THEN 'r' ELSE '-' END || CASE WHEN after & 4 <> 0 THEN 'w' ELSE '-' END ||
             CASE WHEN after & 8 <> 0 THEN 'x' ELSE '-' END || CASE WHEN after & 16 <> 0 THEN 'u' ELSE '-' END ||
             CASE (after >> 8) & 3 WHEN 0 THEN '' ELSE '+' || ((after >> 8) & 3) END END,
           CASE WHEN before & 1 = 1 AND after & 1 = 1 AND (before >> 10) <> (after >> 10)
                THEN ', another frame' ELSE '' END)
  FROM pte_write
  UNION ALL
  SELECT 'panic', seq, cycle, hart, pid, span, pc, call_site, 'panics: ' || text FROM panic
)
SELECT b.birth, r.kind, r.seq, r.cycle, r.hart, r.pid, r.span, r.pc, r.text,
       coalesce(p."function" || coalesce(' from ' || c."function", ''), '') AS site
FROM rows r
JOIN process_births b USING (pid)
LEFT JOIN (SELECT id FROM kernel_span WHERE cause IN ('interrupt', 'scheduler')) i ON i.id = r.span
LEFT JOIN location p ON p.address = r.pc
LEFT JOIN location c ON c.address = r.call_site AND r.call_site <> 0
WHERE i.id IS NULL
