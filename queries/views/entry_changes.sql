-- name:  entry_changes
-- doc:   Stores to last-level page-table entries that are or were user mappings, decoded (Sv39: V R W X U in bits
--        0-4). Kernel mappings, the trampoline and trapframes (no user bit) are not here.
-- needs: pte_write
SELECT seq, cycle, hart, pid, span, pc, call_site, entry, (entry >> 12) << 12 AS page_table, root, va, before, after,
       (before & 17) = 17 AND (before & 14) <> 0 AS user_before,
       (after & 17) = 17 AND (after & 14) <> 0 AS user_after,
       (before & 1) = 1 AS valid_before,
       frame_of(before) AS frame_before,
       frame_of(after) AS frame_after,
       (after & 2) <> 0 AS readable,
       (after & 4) <> 0 AS writable,
       (after & 8) <> 0 AS executable
FROM pte_write
WHERE level = 0 AND ((before & 17) = 17 OR (after & 17) = 17)
