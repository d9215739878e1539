-- name:  space_changes
-- doc:   What each kernel entry did to each user page of a process: the entry it found first and the one it left. Only
--        pages of known address spaces. by_maker: the change is part of the fork or exec that built the space.
-- needs: entry_changes, address_spaces
-- materialized: yes
WITH changes AS (
  SELECT span, root, va, min(seq) AS first_seq, max(seq) AS last_seq,
         min_by(valid_before, seq) AS valid_before, max_by(user_after, seq) AS user_after, max_by(after, seq) AS entry
  FROM entry_changes GROUP BY span, root, va
), pairs AS (
  SELECT span, root, min(first_seq) AS seq FROM changes GROUP BY span, root
), owners AS (
  SELECT p.span, p.root, s.space, s.pid, s.image, s.how, s.made_by_span = p.span AS by_maker
  FROM pairs p ASOF JOIN address_spaces s ON p.root = s.root AND p.seq >= s.from_seq
  WHERE p.seq < s.to_seq
)
SELECT c.*, o.space, o.pid, o.image, o.how, o.by_maker
FROM changes c JOIN owners o USING (span, root)
