-- name:  reaped_children
-- doc:   Processes that were reaped, with the end of the wait that did it: from then on their frames must be back.
-- needs: processes, kernel_span
-- candidates: SELECT count(*) FROM process WHERE action = 'reap'
SELECT p.pid, p.name, p.parent, p.fork_seq, k.seq AS end_seq, k.cycle AS end_cycle, k.hart
FROM processes p JOIN kernel_span k ON k.id = p.reap_span AND k.finished = 1
WHERE p.reap_seq IS NOT NULL
