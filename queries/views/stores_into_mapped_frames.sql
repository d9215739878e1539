-- name:  stores_into_mapped_frames
-- doc:   Rows of frame_write, each with every user mapping that the frame had then (root, va, made, writable). Left
--        out are frames that the kernel entry has taken and mapped itself, as exec does before it loads a page, and
--        mappings that are on their way out: of an entry that had called the free function for the frame before, or
--        taken one off its count, and then unmaps it, or would have if the trace went on.
-- needs: frame_write, doubtful_writes, frame_takings, leaf_mappings, kfree, kernel_span
-- optional: kalloc, refcount_change
-- materialized: yes
WITH writes AS (
  SELECT * FROM frame_write SEMI JOIN doubtful_writes USING (seq)
), taken AS (
  SELECT t.frame, t.span, t.alloc_seq, t.mapped_seq FROM frame_takings t
  SEMI JOIN writes w ON w.frame = t.frame AND w.span = t.span
), handed AS (
  -- A frame in hand or of a stock leaves no list.
  SELECT k.frame, k.span, k.seq FROM kalloc k SEMI JOIN writes w ON w.frame = k.frame AND w.span = k.span
), stores AS (
  SELECT w.*, coalesce(t.mapped_seq < w.seq, false) AS is_own, h.seq AS handed_seq
  FROM writes w ASOF LEFT JOIN taken t ON w.frame = t.frame AND w.span = t.span AND w.seq > t.alloc_seq
  ASOF LEFT JOIN handed h ON w.frame = h.frame AND w.span = h.span AND w.seq > h.seq
), mapped AS (
  SELECT s.seq, s.cycle, s.hart, s.pid, s.span, s.pc, s.frame, s.address, s.freeing, s.call_site, m.root, m.va,
         m.writable, m.from_seq, m.to_span, m.to_seq
  FROM (SELECT * FROM stores WHERE NOT is_own) s
  JOIN leaf_mappings m ON m.frame = s.frame AND m.from_seq < s.seq AND coalesce(m.to_seq > s.seq, true)
  WHERE NOT coalesce(m.span = s.span AND m.from_seq > s.handed_seq, false)
), given_up AS (
  -- Some kernels call the free function for the last owner alone.
  SELECT frame, span, min(seq) AS seq
  FROM (SELECT frame, span, seq FROM kfree
        UNION ALL SELECT frame, span, seq FROM refcount_change WHERE after < before)
  SEMI JOIN mapped m USING (frame) GROUP BY frame, span
), cut_off AS (
  SELECT m.seq, count(DISTINCT g.span) AS entries FROM mapped m JOIN given_up g ON g.frame = m.frame AND g.seq < m.seq
  JOIN kernel_span k ON k.id = g.span AND k.finished = 0
  GROUP BY m.seq
)
SELECT m.seq, m.cycle, m.hart, m.pid, m.span, m.pc, m.frame, m.address, m.freeing, m.call_site, m.root, m.va,
       m.writable, m.from_seq
FROM mapped m LEFT JOIN given_up g ON g.frame = m.frame AND g.span = m.to_span
LEFT JOIN cut_off c ON c.seq = m.seq
WHERE coalesce(g.seq > m.seq, true)
QUALIFY m.to_seq IS NOT NULL
  OR count(*) FILTER (m.to_seq IS NULL) OVER (PARTITION BY m.seq) > coalesce(c.entries, 0)
