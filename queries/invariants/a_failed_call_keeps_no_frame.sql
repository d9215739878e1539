-- title:    a failed call keeps no frame
-- rule:     A fork, exec or sbrk that fails has given back every frame that it took.
-- why:      The program sees a failure and carries on as before; what the call kept has no owner.
-- needs:    failed_calls, frame_takings, kalloc, kfree, page_table, pte_write, process
-- optional: places
-- severity: error
-- breaks:   frames
-- hint:     Follow the way out of the call from where it failed: what had been done by then, and what is undone?
-- except:   Pages that the process itself came to use meanwhile, tables of its own page table, and a frame that the
--           allocator keeps beside its list.
-- judged:   SELECT count(*) FROM failed_calls
-- suspects: SELECT count(*) FROM failed_calls WHERE keeps > 0
WITH attempts AS (
  -- How far each got, as frames that it was given.
  SELECT c.name, c.seq, c.cycle, c.end_seq, c.span, count(k.frame) FILTER (k.frame <> 0) AS progress
  FROM failed_calls c LEFT JOIN kalloc k USING (span) GROUP BY ALL
), kept AS (
  SELECT c.name, c.seq AS call_seq, c.end_seq, c.cycle AS call_cycle, c.progress, t.*
  FROM attempts c JOIN frame_takings t USING (span)
  WHERE coalesce(t.free_seq > c.end_seq, true)
    -- What it did not get from the allocator is in the allocator's stock.
    AND (NOT EXISTS (SELECT * FROM kalloc) OR (t.span, t.frame) IN (SELECT (span, frame) FROM kalloc))
    AND NOT coalesce(t.mapped_seq < c.end_seq AND coalesce(t.unmapped_seq > c.end_seq, true), false)
), returned AS (
  -- What calls that failed earlier or later did with frames that were taken at the same place.
  SELECT c.name, t.call_site, min(c.progress) AS least, max(c.progress) AS most
  FROM attempts c JOIN frame_takings t USING (span) SEMI JOIN kept k ON k.name = c.name AND k.call_site = t.call_site
  WHERE t.free_seq < c.end_seq GROUP BY c.name, t.call_site
), linked AS (
  SELECT span, "table" AS frame, max_by(root, seq) AS root FROM page_table SEMI JOIN kept USING (span)
  WHERE action = 'linked' GROUP BY ALL
), tables AS (
  -- Tables that the call linked into a page table which was there before it.
  SELECT l.frame, l.span FROM linked l ANTI JOIN frame_takings r ON r.frame = l.root AND r.span = l.span
), entries AS (
  SELECT span, root, entry, max(seq) AS seq, max_by("after" & 1, seq) AS valid, max_by(call_site, seq) AS call_site
  FROM pte_write SEMI JOIN kept USING (span) WHERE level = 0 GROUP BY ALL
), emptied AS (
  -- Who took the last page out of a page table has begun to take it apart.
  SELECT span, root, max_by(call_site, seq) AS call_site FROM entries GROUP BY ALL HAVING max(valid) = 0
), done AS (
  -- Where a call of this name that succeeds makes the child, or changes over.
  SELECT action AS name, max_by(pc, seq) AS pc FROM process WHERE action IN ('fork', 'exec') GROUP BY action
), callers AS (
  -- The function that is the call, by what xv6 calls it: it may leave the making to another.
  SELECT c.name, min(l.address) AS pc FROM places l JOIN (SELECT DISTINCT name FROM kept) c
    ON l."function" IN (c.name, 'k' || c.name) GROUP BY c.name
)
SELECT k.alloc_cycle AS cycle, k.hart, k.pid, k.frame, k.pc, k.call_site,
       CASE WHEN u.seq IS NOT NULL THEN [u.call_site, u.pc, k.call_site]
            WHEN e.call_site > 0 THEN [e.call_site, d.pc, k.call_site]
            WHEN r.most > k.progress OR d.pc IS NULL OR (k.name = 'exec' AND l.frame IS NULL)
              THEN [k.call_site, k.pc]
            ELSE [o.pc, d.pc, k.call_site, k.pc] END AS sites,
       printf('frame 0x%x was taken here for %s %s that failed (cycle %d), and was not given back%s', k.frame,
              CASE k.name WHEN 'exec' THEN 'an' ELSE 'a' END, k.name, k.call_cycle,
              CASE WHEN r.most < k.progress THEN '; one that failed earlier gave such a frame back'
                   WHEN r.least > k.progress THEN '; one that failed later gave such a frame back' ELSE '' END)
         AS message
FROM kept k
ANTI JOIN tables t ON t.frame = k.frame AND t.span = k.span
ANTI JOIN kfree f ON f.frame = k.frame AND f.span = k.span AND f.seq > k.alloc_seq
LEFT JOIN pte_write u ON u.seq = k.unmapped_seq AND u.span = k.span
LEFT JOIN returned r ON r.name = k.name AND r.call_site = k.call_site
LEFT JOIN linked l ON l.frame = k.frame AND l.span = k.span
LEFT JOIN emptied e ON e.root = l.root AND e.span = k.span
LEFT JOIN done d ON d.name = k.name
LEFT JOIN callers o ON o.name = k.name
ORDER BY k.alloc_seq
