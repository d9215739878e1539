-- title:    a resolved fault makes progress
-- rule:     When a page fault is resolved, the instruction does not cause the same fault over and over again.
-- why:      A handler that changes nothing and returns sends the program round for ever.
-- needs:    page_fault, fault_handling, fault_changes
-- optional: fault_repeat, pte_write, kalloc, console, run_facts, address_spaces, granted_permissions, fault_handlers
-- severity: error
-- follows:  frames
-- hint:     Which entry would have let the instruction through, and why was it left as it was? If the program has no
--           right to the address: who says so, and who listens?
-- except:   A fault after which an entry had changed may come again, since fork can share the page once more. One
--           that comes again once is left alone: a handler may see only then that it is none to resolve.
-- judged:   SELECT count(*) FROM page_fault WHERE outcome = 'resolved'
-- suspects: SELECT count(*) FROM fault_handling WHERE outcome = 'resolved' AND (change_seq IS NULL
--           OR EXISTS (SELECT * FROM run_facts WHERE key = 'end_reason' AND value = 'fault_loop'))
WITH faults AS (
  SELECT *, lead(pc) OVER following = pc AND lead(va) OVER following = va
            AND lead(access) OVER following = access AS again
  FROM page_fault WINDOW following AS (PARTITION BY pid ORDER BY seq)
), written AS (
  -- An entry of the page may have been written and still forbid what the instruction wants.
  SELECT span, va, max_by("after", seq) AS entry, max_by(pc, seq) AS pc, max_by(call_site, seq) AS call_site
  FROM pte_write SEMI JOIN faults USING (span) GROUP BY span, va
), rounds AS (
  -- Faults of one instruction at once behind the return to it, for different reasons in turn.
  SELECT *, max(CASE WHEN is_new THEN seq END) OVER (PARTITION BY pid ORDER BY seq) AS begun FROM (
    SELECT *, coalesce(pc <> lag(pc) OVER previous OR cycle - lag(end_cycle) OVER previous > 1, true) AS is_new
    FROM page_fault WHERE EXISTS (SELECT * FROM run_facts WHERE key = 'end_reason' AND value = 'fault_loop')
    WINDOW previous AS (PARTITION BY pid ORDER BY seq)
  )
), turns AS (
  SELECT min(cycle) AS cycle, min_by(hart, seq) AS hart, pid, pc, min_by(va, seq) AS va, min_by(access, seq) AS access,
         count(*) AS times, count(DISTINCT (va, access)) AS kinds,
         string_agg(DISTINCT printf('%s at 0x%x', access, va), ' and '
                    ORDER BY printf('%s at 0x%x', access, va)) AS deeds
  FROM rounds GROUP BY pid, pc, begun HAVING kinds > 1 AND times > 100
), printed AS (
  SELECT pid, cycle, trim(text, chr(10) || chr(13) || ' ') AS text FROM console WHERE direction = 'output'
), idle AS (
  SELECT f.*, w.entry, w.pc AS writer, w.call_site, f.span IN (SELECT span FROM kalloc WHERE frame = 0) AS scarce,
         CASE WHEN s.cycle <= f.end_cycle THEN s.text END AS said
  FROM faults f ANTI JOIN fault_changes c USING (span)
  LEFT JOIN written w ON w.span = f.span AND w.va = f.va - f.va % 4096
  ASOF LEFT JOIN printed s ON f.pid = s.pid AND f.cycle <= s.cycle
  WHERE f.outcome = 'resolved' AND f.again
), streaks AS (
  SELECT min(seq) AS seq, min(cycle) AS cycle, min_by(hart, seq) AS hart, pid, pc, va, access, count(*) AS times,
         min_by(root, seq) AS root, min_by(size, seq) AS size, min_by(entry, seq) AS entry,
         min_by(writer, seq) AS writer, min_by(call_site, seq) AS call_site,
         bool_and(scarce) AS scarce, CASE WHEN count(said) = count(*) THEN min_by(said, seq) END AS said
  FROM idle GROUP BY pid, pc, va, access HAVING count(*) > 1
), resolvers AS (
  -- Who does something about other faults is who did nothing about this one.
  SELECT mode(pc) AS pc, mode(call_site) AS call_site FROM pte_write SEMI JOIN page_fault USING (span)
  HAVING count(*) > 0
), forbidden AS (
  -- What the program may not do is to be refused: who did nothing about it is right, who let the program go on is not.
  SELECT p.seq, CASE WHEN p.va >= p.size THEN printf('the process has 0x%x bytes', p.size)
                     ELSE 'the program may not do that there' END AS reason
  FROM (
    SELECT s.*, a.image FROM streaks s ASOF LEFT JOIN address_spaces a ON s.root = a.root AND s.seq >= a.from_seq
  ) p LEFT JOIN granted_permissions g ON g.image = p.image AND g.va = p.va - p.va % 4096
  WHERE p.entry IS NULL AND (p.va >= p.size
    OR g.permissions & permission_for(p.access) = 0)
), repeats AS (
  SELECT pid, pc, va, access, sum(times) AS times FROM fault_repeat GROUP BY ALL
)
SELECT s.cycle, s.hart, s.pid, NULL AS frame, s.pc,
       -- A kernel that speaks of the fault has not taken it for one to resolve: who let the program go on is to blame.
       CASE WHEN said IS NULL AND b.seq IS NULL THEN [coalesce(writer, w.pc), coalesce(s.call_site, w.call_site)]
            WHEN said IS NULL THEN [(SELECT max_by(call_site, changes) FROM fault_handlers), w.call_site, w.pc]
            ELSE [w.call_site, w.pc] END::UBIGINT[] AS sites,
       printf('a %s at 0x%x was declared resolved with %s, and faulted again (%d time(s))', s.access, s.va,
              CASE WHEN entry IS NULL THEN 'no entry changed'
                   ELSE printf('the entry of its page set to 0x%x, which does not let it through', entry) END,
              s.times + coalesce(r.times, 0)::BIGINT)
         || CASE WHEN b.seq IS NULL THEN '' ELSE '; ' || b.reason END
         || CASE WHEN scarce THEN '; there was no frame left' ELSE '' END
         || CASE WHEN said IS NULL THEN '' ELSE printf('; the kernel said of it each time: %s', said) END AS message
FROM streaks s LEFT JOIN resolvers w ON true LEFT JOIN forbidden b ON b.seq = s.seq
LEFT JOIN repeats r ON r.pid = s.pid AND r.pc = s.pc AND r.va = s.va AND r.access = s.access
UNION ALL
SELECT t.cycle, t.hart, t.pid, NULL, t.pc, [w.pc, w.call_site]::UBIGINT[],
       printf('one instruction faulted %d times, in turn for a %s: each was declared resolved, and the instruction '
              || 'never got through', t.times, t.deeds)
FROM turns t LEFT JOIN resolvers w ON true
ORDER BY cycle
