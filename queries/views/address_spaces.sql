-- name:  address_spaces
-- doc:   Page tables with the process they were built for, from the first sight of their root. made_by_span built it,
--        by fork or exec. image is the number of the exec that the space descends from through forks (the space's own
--        when exec made it): spaces of one image hold the same program at the same addresses.
-- needs: process, page_table
-- materialized: yes
WITH RECURSIVE roots AS (
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
), parents AS (
  SELECT c.space, p.space AS parent_space
  FROM (SELECT * FROM spaces WHERE how = 'fork') c ASOF JOIN spaces p ON c.parent = p.pid AND c.space > p.space
), lineage(space, image) AS (
  SELECT space, space FROM spaces WHERE how = 'exec'
  UNION ALL
  SELECT c.space, l.image FROM lineage l JOIN parents c ON c.parent_space = l.space
)
SELECT s.space, s.pid, s.name, s.root, s.how, s.made_by_span, s.from_seq, s.to_seq, s.replaced_seq, l.image
FROM spaces s LEFT JOIN lineage l USING (space)
