-- name:  process_names
-- doc:   What a process was called, by every row that shows it: a fork shows the parent's name. The name at a moment
--        is that of the next row, since an exec may be seen before the name has changed, else that of the last one.
-- needs: process
SELECT subject AS pid, cycle, name FROM process WHERE name <> '' AND action <> 'fork'
UNION ALL
SELECT parent, cycle, name FROM process WHERE name <> '' AND action = 'fork' AND parent <> 0
UNION ALL
SELECT subject, cycle, name FROM process WHERE name <> '' AND action = 'fork'
