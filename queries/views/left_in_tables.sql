-- name:  left_in_tables
-- doc:   For each panic of a kernel entry that was freeing page tables: the first page that was still mapped in the
--        last table of pages whose freeing began (va, frame; a page of the program if there is one), and who left it
--        (call_site, 0 when nobody is known): who gave its frame up in the same entry and left the mapping, or else who
--        mapped it there, or who had unmapped the page beside it before that entry, or, where the entry took no page of
--        the program away, who had made the process. given_up: it was the first. unmapper: where the entry takes
--        pages away. is_untouched: it had taken no page of the program away, and had made none.
-- needs: panic_calls, page_table, leaf_mappings, pte_write, process, kernel_span, places
-- optional: kfree
-- candidates: SELECT count(*) FROM panic
WITH last_table AS (
  SELECT p.seq, p.span, max(t.seq) AS table_seq
  FROM panic_calls p JOIN page_table t ON t.span = p.span AND t.seq < p.seq
  WHERE t.action = 'retired' AND t.level = 0 GROUP BY p.seq, p.span
), programs AS (
  SELECT l.seq, l.span, l.table_seq, m.root, m.va, m.frame, m.from_seq,
         CASE WHEN m.span = l.span THEN m.call_site ELSE 0 END AS maker
  FROM last_table l JOIN leaf_mappings m ON m.to_seq = l.table_seq
  QUALIFY row_number() OVER (PARTITION BY l.seq ORDER BY m.va) = 1
), kernels AS (
  -- What the kernel has in every table, the trampoline for one.
  SELECT l.seq, l.span, l.table_seq, w.root, w.va, frame_of(w.after) AS frame, w.seq AS from_seq,
         0::UBIGINT AS maker
  FROM (
    SELECT l.*, t.root, t.va FROM last_table l ANTI JOIN programs USING (seq) JOIN page_table t ON t.seq = l.table_seq
  ) l
  JOIN pte_write w ON w.root = l.root AND w.level = 0 AND w.va >> 21 = l.va >> 21 AND w.seq < l.table_seq
  QUALIFY row_number() OVER (PARTITION BY l.seq, w.va ORDER BY w.seq DESC) = 1 AND w.after & 1 = 1 AND w.after & 14 <> 0
), pages AS (
  FROM programs UNION ALL
  (FROM kernels QUALIFY row_number() OVER (PARTITION BY seq ORDER BY va) = 1)
), taken_away AS (
  SELECT p.seq, max_by(w.pc, w.seq) AS pc, bool_or(w.before & 16 <> 0) AS of_program FROM pages p JOIN pte_write w
    ON w.span = p.span AND w.root = p.root AND w.level = 0 AND w.seq < p.table_seq
  WHERE w.before & 1 = 1 AND w.after & 1 = 0 GROUP BY p.seq
), calls AS (
  -- The function that is fork, by what xv6 calls it: it may leave the making to another.
  SELECT min(address) AS pc FROM places WHERE "function" IN ('fork', 'kfork') HAVING count(*) > 0
), made AS (
  -- Whose size is wrong from the beginning.
  SELECT p.seq, max_by(coalesce(c.pc, f.pc), f.seq) AS pc
  FROM programs p JOIN process f ON f.root = p.root AND f.action = 'fork' AND f.seq > p.from_seq AND f.seq < p.table_seq
  LEFT JOIN calls c ON true GROUP BY p.seq
), unmapped AS (
  -- Other mappings of the frame that the entry took away: each of them may have given it up once.
  SELECT p.seq, count(*) AS times FROM pages p JOIN leaf_mappings m
    ON m.frame = p.frame AND m.to_span = p.span AND m.to_seq < p.table_seq
  GROUP BY p.seq
), freed AS (
  SELECT p.seq, max_by(k.call_site, k.seq) AS call_site, count(*) AS times
  FROM pages p JOIN kfree k ON k.span = p.span AND k.frame = p.frame AND k.seq < p.table_seq GROUP BY p.seq
), beside AS (
  SELECT p.seq, max_by(w.call_site, w.seq) AS call_site FROM pages p JOIN pte_write w
    ON w.root = p.root AND w.level = 0 AND (w.va = p.va + 4096 OR w.va + 4096 = p.va)
  WHERE w.after & 1 = 0 AND w.seq > p.from_seq AND w.seq < p.table_seq AND w.span <> p.span
  GROUP BY p.seq
)
SELECT p.seq, p.va, p.frame, f.seq IS NOT NULL AS given_up,
       CASE WHEN f.seq IS NULL AND k.cause = 'exec' AND p.maker <> 0 AND NOT coalesce(t.of_program, false) THEN 0
            ELSE coalesce(f.call_site, nullif(p.maker, 0), b.call_site,
                          CASE WHEN NOT coalesce(t.of_program, false) THEN m.pc END, 0) END AS call_site,
       t.pc AS unmapper, p.maker = 0 AND NOT coalesce(t.of_program, false) AS is_untouched
FROM pages p LEFT JOIN unmapped u USING (seq)
LEFT JOIN taken_away t ON t.seq = p.seq LEFT JOIN made m ON m.seq = p.seq LEFT JOIN kernel_span k ON k.id = p.span
LEFT JOIN freed f ON f.seq = p.seq AND f.times > coalesce(u.times, 0)
LEFT JOIN beside b ON b.seq = p.seq
