-- name:  frame_history
-- doc:   Everything that happened to each frame, a row an event: taken and freed (other is 1 for a double free),
--        kalloc (handed out without leaving the list), kfree (the call, whatever came of it), count (before, after),
--        mapped, unmapped and permissions (va, about, and the entry before and after), fault (on a page that mapped
--        it: va, access and outcome; other is the frame mapped there afterwards, null when none), copy (a fault put
--        this frame in place of other), table and table_retired (it became or ceased to be a page table: va, before
--        is its level). about is the process whose page table holds the mapping. A fault stands where it was taken
--        and a copy where it was mapped, so order by cycle, seq, what.
-- needs: leaf_mappings, address_spaces, entry_changes, frame_alloc, frame_free, page_table
-- optional: kalloc, kfree, refcount_change, page_fault
WITH owned AS (
  SELECT m.*, s.pid AS about FROM leaf_mappings m ASOF LEFT JOIN address_spaces s
    ON m.root = s.root AND m.from_seq >= s.from_seq
), neighbours AS (
  SELECT *, coalesce(lag(frame) OVER entry = frame AND lag(to_seq) OVER entry = from_seq, false) AS goes_on,
         coalesce(lead(frame) OVER entry = frame AND lead(from_seq) OVER entry = to_seq, false) AS is_kept,
         lag(entry_value) OVER entry AS value_before
  FROM owned WINDOW entry AS (PARTITION BY root, va ORDER BY from_seq)
), faults AS (
  SELECT *, (va >> 12) << 12 AS page FROM page_fault
), made AS (
  SELECT c.span, c.root, c.va, max_by(c.frame_after, c.seq) AS frame, max(c.seq) AS seq, max(c.cycle) AS cycle,
         max_by(c.pc, c.seq) AS pc, max_by(c.call_site, c.seq) AS call_site
  FROM entry_changes c SEMI JOIN faults f ON c.span = f.span
  WHERE c.user_after GROUP BY c.span, c.root, c.va
), handled AS (
  SELECT f.seq, f.cycle, f.hart, f.pid, f.span, f.pc, f.va, f.access, f.outcome, m.frame, m.about,
         CASE WHEN f.outcome = 'resolved' THEN coalesce(n.frame, m.frame) END AS other,
         n.seq AS made_seq, n.cycle AS made_cycle, n.pc AS made_pc, n.call_site AS made_call_site
  FROM faults f
  JOIN owned m ON m.root = f.root AND m.va = f.page AND m.from_cycle < f.cycle
    AND coalesce(m.to_cycle >= f.cycle, true)
  LEFT JOIN made n ON n.span = f.span AND n.root = f.root AND n.va = f.page
), rows AS (
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, 'taken' AS what FROM frame_alloc
  UNION ALL BY NAME
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, 'freed' AS what,
         CASE WHEN already_free = 1 THEN 1::UBIGINT END AS other FROM frame_free
  UNION ALL BY NAME
  SELECT k.frame, k.seq, k.cycle, k.hart, k.pid, k.span, k.pc, k.call_site, 'kalloc' AS what
  FROM kalloc k ANTI JOIN frame_alloc a ON a.span = k.span AND a.frame = k.frame WHERE k.frame <> 0
  UNION ALL BY NAME
  SELECT (frame >> 12) << 12 AS frame, seq, cycle, hart, pid, span, pc, call_site, 'kfree' AS what FROM kfree
  UNION ALL BY NAME
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, 'count' AS what, before, after FROM refcount_change
  UNION ALL BY NAME
  SELECT frame, from_seq AS seq, from_cycle AS cycle, hart, pid, span, pc, call_site,
         CASE WHEN goes_on THEN 'permissions' ELSE 'mapped' END AS what, va, about,
         CASE WHEN goes_on THEN value_before::HUGEINT END AS before, entry_value::HUGEINT AS after
  FROM neighbours
  UNION ALL BY NAME
  SELECT n.frame, n.to_seq AS seq, n.to_cycle AS cycle, coalesce(c.hart, t.hart) AS hart, n.to_pid AS pid,
         n.to_span AS span, coalesce(c.pc, t.pc) AS pc, c.call_site, 'unmapped' AS what, n.va, n.about,
         n.entry_value::HUGEINT AS before
  FROM neighbours n LEFT JOIN entry_changes c ON c.seq = n.to_seq LEFT JOIN page_table t ON t.seq = n.to_seq
  WHERE n.to_seq IS NOT NULL AND NOT n.is_kept
  UNION ALL BY NAME
  SELECT frame, seq, cycle, hart, pid, span, pc, 'fault' AS what, va, about, access, outcome, other FROM handled
  UNION ALL BY NAME
  SELECT other AS frame, made_seq AS seq, made_cycle AS cycle, hart, pid, span, made_pc AS pc,
         made_call_site AS call_site, 'copy' AS what, va, about, access, outcome, frame AS other
  FROM handled WHERE other <> frame
  UNION ALL BY NAME
  SELECT "table" AS frame, seq, cycle, hart, pid, span, pc,
         CASE action WHEN 'linked' THEN 'table' ELSE 'table_retired' END AS what, va, level::HUGEINT AS before
  FROM page_table
)
SELECT frame, seq, cycle, hart, pid, span, pc, coalesce(call_site, 0) AS call_site, what, va, about, before, after,
       access, outcome, other
FROM rows
