-- name:  page_permissions
-- doc:   Which permissions (read 2, write 4, execute 8) finished kernel entries left each page of an image with, and
--        how often. grants: a first mapping, by exec, sbrk or first use, rather than a change of what was there or a
--        copy that fork made.
-- needs: space_changes
-- materialized: yes
SELECT image, va, (entry & 14)::UTINYINT AS permissions, user_after, finished, by_fault,
       CASE WHEN by_maker THEN how = 'exec' ELSE NOT valid_before AND user_after END AS grants, count(*) AS changes
FROM space_changes WHERE image IS NOT NULL GROUP BY ALL
