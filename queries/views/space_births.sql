-- name:  space_births
-- doc:   Page tables as fork and exec made them, with the space the maker had (forks only). Stored apart from
--        address_spaces because DuckDB can neither run an ASOF join inside a recursive query nor always refuse it.
-- needs: process, page_table
-- materialized: yes
WITH roots AS (
  SELECT root, seq, lead(seq) OVER (PARTITION BY root ORDER BY seq) AS next_seq, action FROM page_table
  WHERE "table" = root
), linked AS (
  SELECT root, seq, coalesce(next_seq, 18446744073709551615) AS next_seq FROM roots WHERE action = 'linked'
), made AS (
  SELECT * FROM process WHERE action IN ('fork', 'exec') AND root <> 0
), spaces AS (
  SELECT p.seq AS space, p.subject AS pid, p.root, p.action AS how, p.parent, p.name, p.span AS made_by_span,
         CASE WHEN l.next_seq > p.seq THEN l.seq ELSE p.seq END AS from_seq,
         CASE WHEN l.next_seq > p.seq THEN l.next_seq ELSE 18446744073709551615 END AS to_seq,
         lead(p.seq) OVER (PARTITION BY p.subject ORDER BY p.seq) AS replaced_seq
  FROM made p ASOF LEFT JOIN linked l ON p.root = l.root AND p.seq >= l.seq
)
SELECT c.*, CASE WHEN c.how = 'fork' THEN p.space END AS parent_space
FROM spaces c ASOF LEFT JOIN spaces p ON c.parent = p.pid AND c.space > p.space
