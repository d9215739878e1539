-- name:  leaf_mappings
-- doc:   User mappings over time: from the store that made an entry map a frame to the next store to that entry, or to
--        the retirement of its table. A change of permissions alone ends one row and begins the next. to_seq is null
--        when the mapping lives to the end of the trace.
-- needs: entry_changes, page_table
-- materialized: yes
WITH writes AS (
  SELECT seq, cycle, hart, pid, span, pc, call_site, page_table, root, va, user_after, frame_after, after,
         readable, writable, executable,
         lead(seq) OVER following AS next_seq,
         lead(cycle) OVER following AS next_cycle,
         lead(span) OVER following AS next_span,
         lead(pid) OVER following AS next_pid,
         lead(user_before) OVER following AND lead(frame_before) OVER following = frame_after AS next_agrees
  FROM entry_changes
  WINDOW following AS (PARTITION BY entry ORDER BY seq)
), mappings AS (
  SELECT * FROM writes WHERE user_after
), retired AS (
  SELECT "table" AS page_table, seq, cycle, span, pid FROM page_table WHERE action = 'retired'
), cut AS (
  -- Only where the next store to the entry found something else than this mapping can the table have gone in between.
  SELECT m.* EXCLUDE (next_seq, next_cycle, next_span, next_pid), least(r.seq, m.next_seq) AS next_seq,
         least(r.cycle, m.next_cycle) AS next_cycle,
         CASE WHEN r.seq < m.next_seq OR m.next_seq IS NULL THEN r.span ELSE m.next_span END AS next_span,
         CASE WHEN r.seq < m.next_seq OR m.next_seq IS NULL THEN r.pid ELSE m.next_pid END AS next_pid
  FROM (SELECT * FROM mappings WHERE NOT coalesce(next_agrees, false)) m
  ASOF LEFT JOIN retired r ON m.page_table = r.page_table AND m.seq < r.seq
)
SELECT frame_after AS frame, root, va, seq AS from_seq, cycle AS from_cycle, hart, pid, span, pc, call_site,
       next_seq AS to_seq, next_cycle AS to_cycle, next_span AS to_span, next_pid AS to_pid,
       readable, writable, executable, after AS entry_value
FROM (SELECT * FROM mappings WHERE coalesce(next_agrees, false) UNION ALL BY NAME SELECT * FROM cut)
