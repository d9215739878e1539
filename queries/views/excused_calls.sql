-- name:  excused_calls
-- doc:   Kernel entries in which a call may fail whatever it was given: the process was killed, or there was no free
--        frame.
-- needs: process
-- optional: kalloc
SELECT span FROM process WHERE action = 'exit'
UNION
SELECT span FROM kalloc WHERE frame = 0
