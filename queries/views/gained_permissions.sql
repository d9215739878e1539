-- name:  gained_permissions
-- doc:   Pages that a finished kernel entry left with permissions that they were never granted; extra says which.
--        None on a correct kernel.
-- needs: page_permissions
-- materialized: yes
SELECT DISTINCT image, va, permissions, gained AS extra
FROM page_permissions WHERE finished AND user_after AND gained <> 0
