-- name:  current_spaces
-- doc:   Which address space is a process's own from when to when: from its fork or exec (from_seq) to the next exec
--        (to_seq, the largest number when there is none).
-- needs: address_spaces
-- materialized: yes
SELECT pid, root, image, space AS from_seq, coalesce(replaced_seq, 18446744073709551615) AS to_seq FROM address_spaces
