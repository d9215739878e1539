-- name:  result_writers
-- doc:   The function that copies results to programs, by what xv6 calls it; no row for a kernel that calls it
--        otherwise. Where it refuses to, no event tells of it.
-- needs: places
SELECT min(address) AS pc FROM places WHERE "function" = 'copyout' HAVING count(*) > 0
