// What the histories must say, said again in SQL over the events: slow, and written without sharing a line with them.

/** User mappings over time. */
export const mappingsInSql = `
WITH writes AS (
  SELECT seq, pid, span, (entry >> 12) << 12 AS page_table, va, (after & 4) <> 0 AS writable,
         (after & 17) = 17 AND (after & 14) <> 0 AS user_after, ((after >> 10) & 17592186044415) << 12 AS frame_after,
         lead(seq) OVER following AS next_seq, lead(span) OVER following AS next_span
  FROM pte_write
  WHERE level = 0 AND ((before & 17) = 17 OR (after & 17) = 17)
  WINDOW following AS (PARTITION BY entry ORDER BY seq)
), mappings AS (
  SELECT * FROM writes WHERE user_after
), retired AS (
  SELECT "table" AS page_table, seq, span FROM page_table WHERE action = 'retired'
)
SELECT m.frame_after AS frame, m.va, m.seq AS from_seq, m.span, least(r.seq, m.next_seq) AS to_seq,
       CASE WHEN r.seq < m.next_seq OR m.next_seq IS NULL THEN r.span ELSE m.next_span END AS to_span, m.writable
FROM mappings m ASOF LEFT JOIN retired r ON m.page_table = r.page_table AND m.seq < r.seq`;

/** What each kernel entry did to each frame, and the frame's state then. */
export const pointsInSql = `
WITH mappings AS (${mappingsInSql}), touches AS (
  SELECT frame, span, from_seq AS seq, 1 AS mappings, writable::INTEGER AS writable, 0 AS listed, 0::BIGINT AS counted
  FROM mappings
  UNION ALL SELECT frame, to_span, to_seq, -1, -(writable::INTEGER), 0, 0 FROM mappings WHERE to_seq IS NOT NULL
  UNION ALL SELECT frame, span, seq, 0, 0, -1, 0 FROM frame_alloc
  UNION ALL SELECT frame, span, seq, 0, 0, 1, 0 FROM frame_free
  UNION ALL SELECT frame, span, seq, 0, 0, 0, after - before FROM refcount_change
), sums AS (
  -- The scheduler and boot code never end: they are done with a frame at each touch of it.
  SELECT frame, t.span, k.cause = 'scheduler' AS endless, CASE WHEN k.cause = 'scheduler' THEN t.seq END AS touch,
         any_value(k.finished) AS finished, any_value(k.seq) AS span_seq, min(t.seq) AS first_seq,
         sum(mappings) AS mappings, sum(writable) AS writable, sum(listed) AS listed, sum(counted) AS counted
  FROM touches t JOIN kernel_span k ON k.id = t.span GROUP BY ALL
), entries AS (
  SELECT *, finished = 1 AND NOT endless AS settled,
         CASE WHEN endless THEN touch WHEN finished = 1 THEN span_seq END AS end_seq
  FROM sums
), base AS (
  SELECT frame, min_by(before, seq) AS count FROM refcount_change GROUP BY frame
)
SELECT e.frame, e.span, e.first_seq, e.end_seq,
       (SELECT sum(o.mappings) FROM entries o WHERE o.frame = e.frame AND o.end_seq <= e.end_seq) AS mappings,
       (SELECT sum(o.writable) FROM entries o WHERE o.frame = e.frame AND o.end_seq <= e.end_seq) AS writable_mappings,
       (SELECT sum(o.mappings) FROM entries o WHERE o.frame = e.frame AND o.end_seq < e.end_seq) AS mappings_before,
       b.count + (SELECT sum(o.counted) FROM entries o WHERE o.frame = e.frame AND o.end_seq <= e.end_seq) AS count,
       (SELECT sum(o.listed) FROM entries o WHERE o.frame = e.frame AND o.end_seq <= e.end_seq) > 0 AS free,
       NOT EXISTS (SELECT * FROM entries o WHERE o.frame = e.frame AND o.span <> e.span AND o.first_seq < e.end_seq
                   AND coalesce(o.end_seq > e.end_seq, true)) AS judged,
       EXISTS (SELECT * FROM entries o WHERE o.frame = e.frame AND o.end_seq BETWEEN e.first_seq AND e.end_seq - 1)
         AS disturbed
FROM entries e LEFT JOIN base b USING (frame)
WHERE e.settled`;
