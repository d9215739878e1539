-- name:  processes
-- doc:   One row a process: who forked it, and when it was forked, exited and was reaped, with the kernel entries
--        that did it. name is its last one. Columns of what did not happen are null.
-- needs: process
-- materialized: yes
SELECT subject AS pid,
       max(parent) FILTER (action = 'fork') AS parent,
       max_by(name, seq) FILTER (name <> '') AS name,
       min(seq) FILTER (action = 'fork') AS fork_seq,
       min(cycle) FILTER (action = 'fork') AS fork_cycle,
       min_by(span, seq) FILTER (action = 'fork') AS fork_span,
       min(seq) FILTER (action = 'exec') AS exec_seq,
       min(seq) FILTER (action = 'exit') AS exit_seq,
       min(cycle) FILTER (action = 'exit') AS exit_cycle,
       min(status) FILTER (action = 'exit') AS exit_status,
       min(seq) FILTER (action = 'reap') AS reap_seq,
       min(cycle) FILTER (action = 'reap') AS reap_cycle,
       min_by(span, seq) FILTER (action = 'reap') AS reap_span
FROM process GROUP BY subject
