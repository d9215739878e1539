-- name:  page_permissions
-- doc:   Which permissions (read 2, write 4, execute 8) and software bits (mark: bits 8 and 9 of the entry, as 1 and
--        2) finished kernel entries left each page of an image with, and how often. grants: a first mapping, by
--        exec, sbrk or first use, rather than a change of what was there or a copy that fork made. marked: the
--        software bits that a writable page got when it lost its write permission.
-- needs: space_changes
-- materialized: yes
SELECT image, va, (entry & 14)::UTINYINT AS permissions, ((entry >> 8) & 3)::UTINYINT AS mark, user_after, finished,
       by_fault, CASE WHEN by_maker THEN how = 'exec' ELSE NOT valid_before AND user_after END AS grants,
       CASE WHEN (first_entry & 21) = 21 AND (entry & 21) = 17 THEN ((entry & ~first_entry) >> 8) & 3 ELSE 0 END
         ::UTINYINT AS marked,
       count(*) AS changes
FROM space_changes WHERE image IS NOT NULL GROUP BY ALL
