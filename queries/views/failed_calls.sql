-- name:  failed_calls
-- doc:   System calls fork, exec and sbrk (by their numbers in xv6) that failed, with the end of their kernel entry.
-- needs: syscall, kernel_span
-- candidates: SELECT count(*) FROM syscall WHERE phase = 'leave' AND number IN (1, 7, 12) AND result = -1
SELECT s.seq, s.cycle, s.hart, s.pid, s.span, s.pc, s.name, k.seq AS end_seq
FROM syscall s JOIN kernel_span k ON k.id = s.span AND k.finished = 1
WHERE s.phase = 'leave' AND s.number IN (1, 7, 12) AND s.result = -1
