-- title:    the kernel does not panic
-- rule:     The kernel never enters its panic function.
-- why:      A panic stops every process; whatever a program does, the worst may be its own end.
-- needs:    panic_calls, kernel_span
-- optional: kfree, pte_write, places, left_in_tables, stumbled_entries, lock_panics, run_facts
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
), memory AS (
  SELECT max(value::UBIGINT) FILTER (key IN ('ram_base', 'first_free_frame')) AS lowest,
         max(value::UBIGINT) FILTER (key = 'ram_end') AS upper
  FROM run_facts WHERE key IN ('ram_base', 'first_free_frame', 'ram_end')
), given AS (
  -- What the free function was given and would not take.
  SELECT p.seq, max_by(k.frame, k.seq) AS address
  FROM panic_calls p JOIN kfree k ON k.span = p.span AND k.seq < p.seq JOIN places l ON l.address = p.sites[1]
  JOIN run_facts f ON f.key = 'function_free' AND f.value = l."function"
  WHERE NOT p.faulted GROUP BY p.seq
), not_taken AS (
  SELECT g.seq, g.address, g.address % 4096 = 0 AS is_frame,
         CASE WHEN g.address % 4096 <> 0 THEN 'the beginning of no frame'
              WHEN g.address < m.lowest THEN 'the kernel''s own memory' ELSE 'no memory' END AS what
  FROM given g CROSS JOIN memory m
  WHERE g.address % 4096 <> 0 OR g.address < m.lowest OR g.address >= m.upper
), mapped_there AS (
  SELECT n.seq, max_by(w.after & 16 <> 0, w.seq) AS for_programs, max_by(w.va, w.seq) AS va,
         max_by(w.pc, w.seq) AS pc, max_by(w.call_site, w.seq) AS call_site
  FROM not_taken n JOIN pte_write w ON frame_of(w.after) = (n.address >> 12) << 12 AND w.seq < n.seq
  WHERE w.level = 0 AND w.after & 1 = 1 GROUP BY n.seq
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
            WHEN e.for_many THEN p.sites[2:] || p.sites[1:1]
            -- What a function that one other calls finds wrong is its own matter.
            WHEN NOT e.for_many THEN p.sites
            -- What only the kernel maps there somebody asked to give up; what a program has was mapped so.
            WHEN n.is_frame AND t.for_programs THEN [t.call_site, t.pc] || p.sites[2:]
            WHEN n.is_frame THEN p.sites[3:] || p.sites[2:2] || p.sites[1:1]
            WHEN a.extra <> 0 THEN [a.guarded_site] || p.sites[3:] || p.sites[2:2] || p.sites[1:1]
            WHEN a.seq IS NOT NULL THEN p.sites[2:2] || [a.guarded_pc] || p.sites[3:] || p.sites[1:1]
            ELSE p.sites[2:2] || p.sites[1:1] || p.sites[3:] END AS sites,
       -- Whoever takes a lock twice is at fault, be it a function that everybody calls.
       a.seq IS NOT NULL AS blames_as_listed,
       'panic: ' || p.text || CASE WHEN a.guarded_pc IS NULL THEN ''
         WHEN a.extra <> 0 THEN '; ' || a.held
         ELSE printf('; this kernel entry had last changed a count or the free list under a lock at cycle %d',
                     a.guarded_cycle) END || CASE WHEN l.seq IS NULL THEN ''
         ELSE printf('; the page at 0x%x was still in the table that was freed%s', l.va,
                     CASE WHEN l.given_up THEN ', though its frame had been given up'
                          WHEN l.is_untouched THEN ', from which no page of the program had been taken away'
                          ELSE '' END)
         END || CASE WHEN n.seq IS NULL THEN ''
         ELSE printf('; the free function was given 0x%x, which is %s%s', n.address, n.what,
                     CASE WHEN t.seq IS NULL THEN '' ELSE printf(', and mapped at 0x%x', t.va) END)
         END || CASE WHEN e.pc IS NULL THEN ''
         ELSE printf('; the page at 0x%x had been %s at cycle %d', e.va,
                     CASE WHEN NOT e.valid THEN 'unmapped' WHEN e.beside_cycle IS NULL THEN 'mapped'
                          ELSE 'left there when the one beside it was unmapped' END,
                     coalesce(e.beside_cycle, e.at_cycle)) END AS message
FROM panic_calls p LEFT JOIN last_frame f USING (seq) LEFT JOIN lock_panics a USING (seq)
LEFT JOIN left_in_tables l USING (seq)
LEFT JOIN stumbled_entries e ON e.panic_seq = p.seq
LEFT JOIN not_taken n USING (seq) LEFT JOIN mapped_there t USING (seq)
ORDER BY p.cycle
