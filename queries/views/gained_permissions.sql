-- name:  gained_permissions
-- doc:   Pages that a finished kernel entry left with permissions that they were never granted; extra says which.
--        None on a correct kernel.
-- needs: page_permissions, granted_permissions
-- materialized: yes
SELECT DISTINCT p.image, p.va, p.permissions, p.permissions & ~g.permissions & 12 AS extra
FROM page_permissions p JOIN granted_permissions g USING (image, va)
WHERE p.finished AND p.user_after AND (p.permissions & ~g.permissions & 12) <> 0
