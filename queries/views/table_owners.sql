-- name:  table_owners
-- doc:   Whose address space each visit of a kernel entry to page tables was in, where that is known. by_maker: the
--        visit is part of the fork or exec that built the space.
-- needs: table_visits, address_spaces
-- materialized: yes
SELECT v.visit, s.space, s.pid, s.image, s.how, s.made_by_span = v.span AS by_maker
FROM table_visits v ASOF JOIN address_spaces s ON v.root = s.root AND v.seq >= s.from_seq
WHERE v.seq < s.to_seq
