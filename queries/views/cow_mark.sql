-- name:  cow_mark
-- doc:   The software bit (256 or 512, bit 8 or 9 of the entry) with which this kernel marks pages that are shared
--        until written, learned from use: what writable pages got when they lost their write permission. No row when
--        they got nothing: the kernel keeps the mark elsewhere, or does not share.
-- needs: page_permissions
SELECT (CASE WHEN (marked & 1) <> 0 THEN 256 ELSE 512 END)::UBIGINT AS bit
FROM page_permissions WHERE marked <> 0
GROUP BY marked ORDER BY sum(changes) DESC LIMIT 1
