-- name:  address_spaces
-- doc:   Page tables with the process they were built for, from the first sight of their root (from_seq) to its
--        retirement (to_seq). made_by_span built it, by fork or exec. image is the number of the exec that the space
--        descends from through forks (the space's own when exec made it, null when unknown): spaces of one image
--        hold the same program at the same addresses.
-- needs: space_births
-- materialized: yes
WITH RECURSIVE lineage(space, image) AS (
  SELECT space, space FROM space_births WHERE how = 'exec'
  UNION ALL
  SELECT c.space, l.image FROM lineage l JOIN space_births c ON c.parent_space = l.space
)
SELECT s.space, s.pid, s.name, s.root, s.how, s.made_by_span, s.from_seq, s.to_seq, s.replaced_seq, l.image
FROM space_births s LEFT JOIN lineage l USING (space)
