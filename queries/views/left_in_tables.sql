-- name:  left_in_tables
-- doc:   For each panic of a kernel entry that was freeing page tables: the first page that was still mapped in the
--        last table of pages whose freeing began (va, frame), and who left it (call_site, 0 when nobody is known): who
--        gave its frame up in the same entry and left the mapping, or else who mapped it there, or who had unmapped
--        the page beside it before that entry. given_up: it was the first.
-- needs: panic_calls, page_table, leaf_mappings, pte_write
-- optional: kfree
-- candidates: SELECT count(*) FROM panic
WITH last_table AS (
  SELECT p.seq, p.span, max(t.seq) AS table_seq
  FROM panic_calls p JOIN page_table t ON t.span = p.span AND t.seq < p.seq
  WHERE t.action = 'retired' AND t.level = 0 GROUP BY p.seq, p.span
), pages AS (
  SELECT l.seq, l.span, l.table_seq, m.root, m.va, m.frame, m.from_seq,
         CASE WHEN m.span = l.span THEN m.call_site ELSE 0 END AS maker
  FROM last_table l JOIN leaf_mappings m ON m.to_seq = l.table_seq
  QUALIFY row_number() OVER (PARTITION BY l.seq ORDER BY m.va) = 1
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
       coalesce(f.call_site, nullif(p.maker, 0), b.call_site, 0) AS call_site
FROM pages p LEFT JOIN unmapped u USING (seq)
LEFT JOIN freed f ON f.seq = p.seq AND f.times > coalesce(u.times, 0)
LEFT JOIN beside b ON b.seq = p.seq
