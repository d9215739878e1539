// What the tables of the histories must say that join several kinds of events, said again in SQL: slow, and written
// without sharing a line with them. They build on leaf_mappings, page_changes, table_visits and frame_spans, which
// histories-in-sql.ts judges.

const never = '18446744073709551615';

const spaces = `
roots AS (
  SELECT root, seq, lead(seq) OVER (PARTITION BY root ORDER BY seq) AS next_seq, action FROM page_table
  WHERE "table" = root
), linked AS (
  SELECT root, seq, coalesce(next_seq, ${never}) AS next_seq FROM roots WHERE action = 'linked'
), made AS (
  SELECT * FROM process WHERE action IN ('fork', 'exec') AND root <> 0
), births AS (
  SELECT p.seq AS space, p.subject AS pid, p.root, p.action AS how, p.parent, p.span AS made_by_span,
         CASE WHEN l.next_seq > p.seq THEN l.seq ELSE p.seq END AS from_seq,
         CASE WHEN l.next_seq > p.seq THEN l.next_seq ELSE ${never} END AS to_seq
  FROM made p ASOF LEFT JOIN linked l ON p.root = l.root AND p.seq >= l.seq
), descents AS (
  SELECT c.*, CASE WHEN c.how = 'fork' THEN p.space END AS parent_space
  FROM births c ASOF LEFT JOIN births p ON c.parent = p.pid AND c.space > p.space
), lineage(space, image) AS (
  SELECT space, space FROM descents WHERE how = 'exec'
  UNION ALL
  SELECT c.space, l.image FROM lineage l JOIN descents c ON c.parent_space = l.space
), spaces AS (
  SELECT d.*, l.image FROM descents d LEFT JOIN lineage l USING (space)
), last_spaces AS (
  SELECT * FROM spaces QUALIFY row_number() OVER (PARTITION BY root, from_seq ORDER BY space DESC) = 1
), owners AS (
  SELECT v.visit, s.space, s.pid, s.image, s.how, s.made_by_span = v.span AS by_maker
  FROM table_visits v ASOF JOIN last_spaces s ON v.root = s.root AND v.seq >= s.from_seq
  WHERE v.seq < s.to_seq
), states AS (
  SELECT image, va, entry & 14 AS permissions, (entry >> 8) & 3 AS mark,
         (entry & 17) = 17 AND (entry & 14) <> 0 AS user_after, finished, by_fault,
         CASE WHEN by_maker THEN how = 'exec' ELSE (first_entry & 1) = 0 AND (entry & 17) = 17 AND (entry & 14) <> 0 END
           AS grants,
         CASE WHEN (first_entry & 21) = 21 AND (entry & 21) = 17 THEN ((entry & ~first_entry) >> 8) & 3 ELSE 0 END
           AS marked
  FROM page_changes JOIN owners USING (visit) WHERE image IS NOT NULL
), grants AS (
  SELECT image, va, bit_or(CASE WHEN NOT user_after THEN 0 WHEN by_fault THEN permissions | 4 ELSE permissions END)
           AS granted
  FROM states WHERE grants GROUP BY image, va
), mark AS (
  SELECT marked, count(*) AS times FROM states WHERE marked <> 0 GROUP BY marked ORDER BY times DESC, marked LIMIT 1
)`;

const calls = `
calls AS (
  SELECT l.seq, e.seq AS enter_seq, l.pid, l.span, l.number, l.argument0, l.result,
         CASE WHEN l.number IN (5, 8) THEN l.argument1 ELSE l.argument0 END AS address,
         CASE l.number WHEN 5 THEN l.result WHEN 3 THEN 4 WHEN 4 THEN 8 ELSE 24 END AS bytes
  FROM syscall l LEFT JOIN syscall e ON e.span = l.span AND e.phase = 'enter'
  WHERE l.phase = 'leave' AND l.number IN (3, 4, 5, 8)
), put AS (
  SELECT * FROM calls
  WHERE CASE number WHEN 5 THEN result > 0 WHEN 3 THEN result > 0 AND argument0 <> 0 ELSE result = 0 END
), pages AS (
  SELECT *, (address >> 12) << 12 AS va, seq AS at_seq FROM put
  UNION ALL
  SELECT *, ((address + bytes - 1) >> 12) << 12, seq FROM put WHERE (address + bytes - 1) >> 12 <> address >> 12
), shared AS (
  SELECT *, (address >> 12) << 12 AS va, enter_seq AS at_seq FROM calls
  WHERE enter_seq IS NOT NULL AND address <> 0 AND NOT (number = 3 AND result = -1)
    AND (number IN (3, 4) OR argument0 < 16) AND NOT (number = 5 AND result = 0)
)`;

/** The pages of calls with their space and mapping then; those without a mapping only in a left join. */
const placed = (of: string, join: 'JOIN' | 'LEFT JOIN'): string => `
SELECT p.*, s.root, s.image, m.frame, m.writable, m.from_seq
FROM ${of} p ASOF JOIN spaces s ON p.pid = s.pid AND p.at_seq > s.space
${join} leaf_mappings m
  ON m.root = s.root AND m.va = p.va AND m.from_seq < p.at_seq AND coalesce(m.to_seq > p.at_seq, true)`;

/** Tables by name: the columns that are compared, and the same in SQL. */
export const tablesInSql: Readonly<Record<string, { readonly columns: string; readonly sql: string }>> = {
  address_spaces: {
    columns: 'space, pid, root, how, made_by_span, from_seq, to_seq, image',
    sql: `WITH RECURSIVE ${spaces} SELECT space, pid, root, how, made_by_span, from_seq, to_seq, image FROM spaces`,
  },
  table_owners: {
    columns: 'visit, space, pid, image, how, by_maker',
    sql: `WITH RECURSIVE ${spaces} SELECT visit, space, pid, image, how, by_maker FROM owners`,
  },
  page_permissions: {
    columns:
      'image, va, permissions, mark, user_after, finished, by_fault, grants, marked, changes, granted, gained, ' +
      'carries_mark',
    sql: `WITH RECURSIVE ${spaces}
SELECT image, va, permissions, mark, user_after, finished, by_fault, grants, marked, count(*), granted,
       permissions & ~granted & 12,
       mark & coalesce((SELECT CASE WHEN marked & 1 = 1 THEN 1 ELSE marked END FROM mark), 0) <> 0
FROM states LEFT JOIN grants USING (image, va) GROUP BY ALL`,
  },
  written_pages: {
    columns: 'seq, pid, span, address, bytes, va, root, image, frame, mapped, writable, from_seq',
    sql: `WITH RECURSIVE ${spaces}, ${calls}, placed AS (${placed('pages', 'LEFT JOIN')})
SELECT seq, pid, span, address, bytes, va, root, image, coalesce(frame, 0), from_seq IS NOT NULL,
       coalesce(writable, false), coalesce(from_seq, 0) FROM placed`,
  },
  results_for_shared_pages: {
    columns: 'seq, pid, span, address, frame, refused',
    sql: `WITH RECURSIVE ${spaces}, ${calls}, placed AS (${placed('shared', 'JOIN')})
SELECT p.seq, p.pid, p.span, p.address, p.frame, p.result = -1 FROM placed p JOIN grants g USING (image, va)
WHERE NOT p.writable AND g.granted & 4 <> 0
  AND p.span NOT IN (SELECT span FROM process WHERE action = 'exit' UNION SELECT span FROM kalloc WHERE frame = 0)`,
  },
  fault_changes: {
    columns: 'span, root, va, last_seq, old_frame, new_frame, hasty',
    sql: `WITH handed AS (
  SELECT span, count(*) AS times, min(seq) AS seq, max_by(cycle, seq) AS cycle FROM kalloc WHERE frame <> 0
  GROUP BY span
), hasty AS (
  SELECT f.span, max(f.seq) AS seq FROM kfree f LEFT JOIN handed h USING (span)
  WHERE NOT coalesce(h.times = 1 AND f.seq > h.seq AND f.cycle >= h.cycle + 1024, false) GROUP BY f.span
)
SELECT c.span, c.root, c.va, c.last_seq, c.old_frame, c.new_frame, coalesce(h.seq < c.last_seq, false)
FROM page_changes c LEFT JOIN hasty h USING (span) WHERE c.by_fault`,
  },
  fault_handling: {
    columns: 'seq, span, va, change_seq, old_frame, new_frame',
    sql: `SELECT f.seq, f.span, f.va, c.last_seq, c.old_frame, c.new_frame
FROM page_fault f
LEFT JOIN page_changes c ON c.span = f.span AND c.root = f.root AND c.va >> 12 = f.va >> 12 AND c.by_fault`,
  },
  count_changes: {
    columns: 'highest, changes, locks',
    sql: `SELECT greatest(before, after)::BIGINT AS highest, count(*), bit_and(locks) FROM
  refcount_change WHERE pid <> 0
GROUP BY highest`,
  },
  doubtful_writes: {
    columns: 'seq, freeing',
    sql: `WITH spans AS (
  SELECT span, frame, count(*) AS rows, min(flags & 5 = 5 AND mappings_before = 1 AND mappings = 0) AS gone
  FROM frame_spans GROUP BY span, frame
), taken AS (
  SELECT w.seq, max_by(t.mapped_seq, t.alloc_seq) AS unused, max(t.alloc_seq) AS alloc_seq
  FROM frame_write w JOIN frame_takings t ON t.frame = w.frame AND t.span = w.span AND t.alloc_seq < w.seq
  GROUP BY w.seq
), own AS (
  SELECT k.seq FROM taken k JOIN frame_takings t USING (alloc_seq) WHERE t.mapped_seq < k.seq
)
SELECT w.seq, w.freeing FROM frame_write w LEFT JOIN spans s USING (span, frame)
WHERE NOT coalesce(w.freeing = 1 AND w.mappings = 1 AND s.rows = 1 AND s.gone, false)
  AND w.seq NOT IN (SELECT seq FROM own)
  AND NOT (w.freeing = 1 AND w.mappings = 1 AND EXISTS (
    SELECT * FROM leaf_mappings m WHERE m.frame = w.frame AND m.to_span = w.span AND m.to_seq > w.seq))`,
  },
  left_over_doubts: {
    columns: 'question, about, at_seq, alloc_seq, unmapped, hidden',
    sql: `WITH children AS (
  SELECT span, min(subject) AS child FROM process WHERE action = 'fork' GROUP BY span
), owned AS (
  SELECT t.*, coalesce(c.child, t.pid) AS owner FROM frame_takings t LEFT JOIN children c USING (span)
), asked AS (
  SELECT 'reaped' AS question, owner AS about, p.reap_end_seq AS at_seq, o.*
  FROM owned o JOIN processes p ON p.pid = o.owner
  WHERE o.pid <> 0 AND o.cause IN ('fork', 'exec', 'sbrk', 'page_fault') AND p.reap_end_seq IS NOT NULL
  UNION ALL
  SELECT 'end', NULL, (SELECT max(seq) + 1 FROM kernel_span), o.* FROM owned o WHERE free_seq IS NULL
)
SELECT question, about, at_seq, alloc_seq, coalesce(unmapped_seq < at_seq, false),
       EXISTS (SELECT * FROM hidden_pages h WHERE ((h.entry >> 10) & 17592186044415) << 12 = a.frame
               AND h.seq > a.alloc_seq AND h.seq < a.at_seq)
FROM asked a
WHERE alloc_seq < at_seq AND coalesce(free_seq > at_seq, true)
  AND NOT coalesce(mapped_seq < at_seq AND coalesce(unmapped_seq > at_seq, true), false)`,
  },
  failed_calls: {
    columns: 'seq, span, end_seq, keeps',
    sql: `WITH failed AS (
  SELECT s.seq, s.span, k.seq AS end_seq FROM syscall s JOIN kernel_span k ON k.id = s.span AND k.finished = 1
  WHERE s.phase = 'leave' AND s.number IN (1, 7, 12) AND s.result = -1
), linked AS (
  SELECT span, "table", max_by(root, seq) AS root FROM page_table WHERE action = 'linked' GROUP BY ALL
)
SELECT seq, span, end_seq, (
  SELECT count(*) FROM frame_takings t
  WHERE t.span = f.span AND (t.free_seq IS NULL OR t.free_seq > f.end_seq)
    AND NOT coalesce(t.mapped_seq < f.end_seq AND (t.unmapped_seq IS NULL OR t.unmapped_seq > f.end_seq), false)
    AND NOT EXISTS (
      SELECT * FROM linked l WHERE l.span = t.span AND l."table" = t.frame
        AND NOT EXISTS (SELECT * FROM frame_takings r WHERE r.span = l.span AND r.frame = l.root)))
FROM failed f`,
  },
  refused_accesses: {
    columns: 'seq, access, granted, withheld',
    sql: `WITH refused AS (
  SELECT f.*, CASE access WHEN 'load' THEN 2 WHEN 'store' THEN 4 ELSE 8 END AS needed
  FROM page_fault f WHERE f.outcome IN ('killed', 'panicked')
), asked AS (
  SELECT f.seq, f.access, f.root, f.needed, (f.va >> 12) << 12 AS page, EXISTS (
    SELECT * FROM address_spaces s JOIN granted_permissions g ON g.image = s.image
    WHERE s.root = f.root AND g.va = (f.va >> 12) << 12 AND g.permissions & f.needed <> 0
      AND s.from_seq = (SELECT max(from_seq) FROM address_spaces WHERE root = f.root AND from_seq <= f.seq)) AS granted
  FROM refused f
)
SELECT r.seq, access, granted, granted AND coalesce(m.to_seq > r.seq, true) AND coalesce((
    SELECT w.after & r.needed = 0 OR w.after & 6 = 4 FROM pte_write w WHERE w.seq = m.from_seq), false)
FROM asked r ASOF LEFT JOIN leaf_mappings m ON r.root = m.root AND r.page = m.va AND r.seq > m.from_seq`,
  },
  failed_waits: {
    columns: 'seq, dead_children',
    sql: `SELECT s.seq, (
  SELECT count(*) FROM processes c
  WHERE c.parent = s.pid AND c.exit_seq < s.seq AND (c.reap_seq IS NULL OR c.reap_seq > s.seq))
FROM syscall s WHERE s.phase = 'leave' AND s.number = 3 AND s.result = -1`,
  },
};
