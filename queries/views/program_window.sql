-- name:  program_window
-- doc:   From the shell's entry into fork to the end of the wait that reaped the program, with the free frames at
--        both ends. One row when the program was reaped. closed: every descendant was reaped too, and nobody outside
--        the tree was born, died or changed programs meanwhile, so that the two readings can be compared.
-- needs: program_run, program_tree, processes, process, kernel_span, free_frames
-- materialized: yes
-- candidates: SELECT count(*) FROM run_facts WHERE key = 'program'
WITH ends AS (
  SELECT r.pid, r.parent, f.start_cycle AS from_cycle, w.seq AS to_seq, w.cycle AS to_cycle, w.hart, w.pc
  FROM program_run r
  JOIN kernel_span f ON f.id = r.fork_span
  JOIN kernel_span w ON w.id = r.reap_span AND w.finished = 1
), readings AS (
  SELECT max_by(s.free_frames, s.seq) FILTER (s.cycle < e.from_cycle) AS free_before,
         max(s.seq) FILTER (s.cycle < e.from_cycle) AS from_seq,
         max_by(s.free_frames, s.seq) FILTER (s.seq < e.to_seq) AS free_after
  FROM free_frames s CROSS JOIN ends e
), unreaped AS (
  SELECT count(*) AS processes
  FROM program_tree t JOIN processes p USING (pid) CROSS JOIN ends e
  WHERE p.reap_seq IS NULL OR p.reap_seq > e.to_seq
), strangers AS (
  SELECT count(*) AS changes
  FROM process p ANTI JOIN program_tree t ON p.subject = t.pid CROSS JOIN ends e
  WHERE p.cycle > e.from_cycle AND p.seq < e.to_seq
)
SELECT e.*, r.from_seq, r.free_before, r.free_after, u.processes = 0 AND o.changes = 0 AS closed
FROM ends e CROSS JOIN readings r CROSS JOIN unreaped u CROSS JOIN strangers o
