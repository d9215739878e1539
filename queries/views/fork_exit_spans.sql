-- name:  fork_exit_spans
-- doc:   The life of every forked process in cycles: from the fork to its exit and to the wait that reaped it.
-- needs: processes
SELECT pid, parent, name, fork_cycle, exit_cycle, reap_cycle, exit_status,
       exit_cycle - fork_cycle AS cycles_alive, reap_cycle - exit_cycle AS cycles_as_zombie
FROM processes WHERE fork_seq IS NOT NULL
