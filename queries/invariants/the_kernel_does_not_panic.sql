-- title:    the kernel does not panic
-- rule:     The kernel never enters its panic function.
-- why:      A panic stops every process; whatever a program does, the worst may be its own end.
-- needs:    panic_calls, kernel_span
-- optional: kfree, pte_write, places, refcount_change, frame_alloc, frame_free, left_in_tables, stumbled_entries
-- severity: error
-- follows:  any
-- hint:     The message is the kernel's own; the events just before this cycle show what led there.
-- except:   none
-- judged:   SELECT count(*) FROM kernel_span
-- suspects: SELECT count(*) FROM panic_calls
WITH frames AS (
  SELECT span, seq, (frame >> 12) << 12 AS frame FROM kfree
  UNION ALL
  SELECT span, seq, frame_of(CASE after & 1 WHEN 1 THEN after ELSE before END)
  FROM pte_write WHERE level = 0
), last_frame AS (
  SELECT p.seq, max_by(f.frame, f.seq) AS frame
  FROM panic_calls p JOIN frames f ON f.span = p.span AND f.seq < p.seq
  WHERE p.pid <> 0 GROUP BY p.seq
), guarded AS (
  SELECT span, seq, cycle, pc, locks FROM refcount_change
  UNION ALL SELECT span, seq, cycle, pc, locks FROM frame_alloc
  UNION ALL SELECT span, seq, cycle, pc, locks FROM frame_free
), about_lock AS (
  -- A lock that is taken twice, or given back when it is not held, by what the lock's functions are called in xv6.
  SELECT p.seq, max_by(g.pc, g.seq) FILTER (g.locks <> 0) AS guarded_pc,
         max(g.cycle) FILTER (g.locks <> 0) AS guarded_cycle
  FROM panic_calls p JOIN places l ON l.address = p.sites[1] AND l."function" ~ '(acquire|release|push_off|pop_off)'
  LEFT JOIN guarded g ON g.span = p.span AND g.seq < p.seq
  WHERE NOT p.faulted GROUP BY p.seq
)
SELECT p.cycle, p.hart, p.pid,
       -- Of the frames that the entry had in hand the last, where the page is not known that it is about.
       CASE WHEN l.seq IS NOT NULL THEN l.frame WHEN e.root IS NOT NULL THEN e.frame ELSE f.frame END AS frame,
       p.pc, p.call_site,
       -- Who checks what it is given is not at fault; who finds that memory is out, and gives up, is.
       CASE WHEN p.faulted THEN p.sites
            WHEN l.call_site > 0 THEN [l.call_site] || p.sites[2:] || p.sites[1:1]
            WHEN p.without_memory THEN p.sites
            WHEN e.pc IS NOT NULL THEN [e.call_site, e.pc] || p.sites[2:2] || p.sites[1:1]
            WHEN l.seq IS NOT NULL THEN p.sites[2:2] || [l.unmapper] || p.sites[3:]
            WHEN e.for_many OR e.root IS NOT NULL THEN p.sites[2:] || p.sites[1:1]
            WHEN a.seq IS NOT NULL THEN p.sites[2:2] || [a.guarded_pc] || p.sites[3:] || p.sites[1:1]
            ELSE p.sites[2:2] || p.sites[1:1] || p.sites[3:] END AS sites,
       -- Whoever takes a lock twice is at fault, be it a function that everybody calls.
       a.seq IS NOT NULL AS blames_as_listed,
       'panic: ' || p.text || CASE WHEN a.guarded_pc IS NULL THEN ''
         ELSE printf('; this kernel entry had last changed a count or the free list under a lock at cycle %d',
                     a.guarded_cycle) END || CASE WHEN l.seq IS NULL THEN ''
         ELSE printf('; the page at 0x%x was still in the table that was freed%s', l.va,
                     CASE WHEN l.given_up THEN ', though its frame had been given up'
                          WHEN l.is_untouched THEN ', from which no page of the program had been taken away'
                          ELSE '' END)
         END || CASE WHEN e.pc IS NULL THEN ''
         ELSE printf('; the page at 0x%x had been %s at cycle %d', e.va,
                     CASE WHEN NOT e.valid THEN 'unmapped' WHEN e.beside_cycle IS NULL THEN 'mapped'
                          ELSE 'left there when the one beside it was unmapped' END,
                     coalesce(e.beside_cycle, e.at_cycle)) END AS message
FROM panic_calls p LEFT JOIN last_frame f USING (seq) LEFT JOIN about_lock a USING (seq)
LEFT JOIN left_in_tables l USING (seq)
LEFT JOIN stumbled_entries e ON e.panic_seq = p.seq
ORDER BY p.cycle
