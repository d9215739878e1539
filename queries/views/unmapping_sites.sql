-- name:  unmapping_sites
-- doc:   Where the kernel takes pages of programs away (pc) and who called that function (call_site), and whether it
--        was told to keep the frames: by this caller it never gave one up in the same kernel entry, by another it did.
-- needs: entry_changes, kfree
WITH taken AS (
  SELECT DISTINCT pc, call_site, span, frame_before AS frame FROM entry_changes WHERE user_before AND NOT user_after
), freed AS (
  SELECT t.pc, t.call_site, bool_or(k.span IS NOT NULL) AS gives_up
  FROM taken t LEFT JOIN (SELECT DISTINCT span, (frame >> 12) << 12 AS frame FROM kfree) k USING (span, frame)
  GROUP BY ALL
)
SELECT pc, call_site, NOT gives_up AND bool_or(gives_up) OVER (PARTITION BY pc) AS is_told_to_keep FROM freed
