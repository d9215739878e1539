-- name:  granted_permissions
-- doc:   What the program may do with a page by what exec left there, or whatever first mapped an unmapped page later
--        (sbrk, a lazy heap): read 2, write 4, execute 8, added up over the spaces of an image. A page that a fault
--        brought in may be written, since a heap's first page can be a read-only page of zeros.
-- needs: space_changes, kernel_span
WITH grants AS (
  SELECT c.image, c.va,
         CASE WHEN NOT c.user_after THEN 0
              WHEN k.cause = 'page_fault' THEN (c.entry & 14) | 4
              ELSE c.entry & 14 END AS permissions
  FROM space_changes c LEFT JOIN kernel_span k ON k.id = c.span
  WHERE CASE WHEN c.by_maker THEN c.how = 'exec' ELSE NOT c.valid_before AND c.user_after END
)
SELECT image, va, bit_or(permissions)::UBIGINT AS permissions FROM grants WHERE image IS NOT NULL GROUP BY image, va
