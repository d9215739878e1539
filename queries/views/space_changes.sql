-- name:  space_changes
-- doc:   What each kernel entry did to each user page of a process: the entry it found first and the one it left, as
--        in page_changes. Only pages of known address spaces. by_maker: the change is part of the fork or exec that
--        built the space.
-- needs: page_changes, table_owners
SELECT c.span, c.root, c.va, c.first_seq, c.last_seq, (c.first_entry & 1) = 1 AS valid_before,
       (c.entry & 17) = 17 AND (c.entry & 14) <> 0 AS user_after, c.first_entry, c.entry, c.by_fault, c.finished,
       o.space, o.pid, o.image, o.how, o.by_maker
FROM page_changes c JOIN table_owners o USING (visit)
