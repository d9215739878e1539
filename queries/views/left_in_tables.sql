-- name:  left_in_tables
-- doc:   For each panic of a kernel entry that was freeing page tables: the first page that was still mapped in the
--        last table of pages whose freeing began (va, frame), and who left it (call_site, 0 when nobody is known): who
--        gave its frame up in the same entry, or else who mapped it there. given_up: it was the former.
-- needs: panic_calls, page_table, leaf_mappings
-- optional: kfree
-- candidates: SELECT count(*) FROM panic
WITH last_table AS (
  SELECT p.seq, p.span, max(t.seq) AS table_seq
  FROM panic_calls p JOIN page_table t ON t.span = p.span AND t.seq < p.seq
  WHERE t.action = 'retired' AND t.level = 0 GROUP BY p.seq, p.span
), pages AS (
  SELECT l.seq, l.span, l.table_seq, m.va, m.frame, CASE WHEN m.span = l.span THEN m.call_site ELSE 0 END AS maker
  FROM last_table l JOIN leaf_mappings m ON m.to_seq = l.table_seq
  QUALIFY row_number() OVER (PARTITION BY l.seq ORDER BY m.va) = 1
), freed AS (
  SELECT p.seq, max_by(k.call_site, k.seq) AS call_site
  FROM pages p JOIN kfree k ON k.span = p.span AND k.frame = p.frame AND k.seq < p.table_seq GROUP BY p.seq
)
SELECT p.seq, p.va, p.frame, f.seq IS NOT NULL AS given_up, coalesce(f.call_site, p.maker) AS call_site
FROM pages p LEFT JOIN freed f USING (seq)
