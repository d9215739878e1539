-- title:    the program succeeds
-- rule:     The program under test exits with status 0, and a test program says that all its tests passed.
-- why:      It is the program's own verdict on the kernel.
-- needs:    program_run, process, console, run_facts
-- optional: left_over_frames, program_tree, processes
-- severity: error
-- follows:  all
-- hint:     Read what the program printed; the other rules may say why.
-- except:   Programs other than cowtest and usertests are judged by their exit status alone; so are these in a trace
--           that ends before the next prompt, since what was said may still have been on its way. A program that says
--           that all its tests passed has passed, whatever its status: that of lazytests is always 1.
-- judged:   SELECT count(*) FROM program_run WHERE exit_seq IS NOT NULL
-- suspects: SELECT count(*) FROM program_run WHERE exit_seq IS NOT NULL AND NOT said_passed AND (exit_status <> 0 OR
--           name IN ('cowtest', 'usertests'))
WITH passed AS (
  SELECT count(*) AS lines FROM console c CROSS JOIN program_run r
  WHERE c.direction = 'output' AND c.seq > r.fork_seq AND regexp_matches(c.text, 'ALL (COW )?TESTS PASSED')
), cut AS (
  SELECT count(*) > 0 AS short FROM run_facts
  WHERE key = 'horizon_cycle' OR (key = 'end_reason' AND value NOT IN ('prompt', 'power_off'))
), failed AS (
  SELECT r.pid, r.name, r.exit_seq, r.exit_status,
         r.exit_status <> 0 AND p.lines = 0 AS unsuccessful,
         r.name IN ('cowtest', 'usertests') AND p.lines = 0 AND NOT c.short AS silent
  FROM program_run r CROSS JOIN passed p CROSS JOIN cut c
  WHERE r.exit_seq IS NOT NULL
), lost AS (
  SELECT count(DISTINCT frame) AS frames FROM left_over_frames WHERE question IN ('program', 'reaped')
), complaints AS (
  -- What it said first of a failure; only of a program that says more than that it succeeded.
  SELECT trim(text, chr(10) || chr(13) || ' ') AS text FROM console
  WHERE direction = 'output' AND seq > (SELECT min(fork_seq) FROM program_run)
    AND seq < (SELECT max(exit_seq) FROM program_run)
    AND regexp_matches(text, '(FAIL|failed|[Ee]rror)') AND NOT regexp_matches(text, '(AUDIT|TESTS) FAILED')
  ORDER BY NOT contains(text, 'FAIL'), seq LIMIT 1
), zombies AS (
  SELECT count(*) AS processes FROM program_tree t JOIN processes p USING (pid)
  WHERE p.reap_seq IS NULL AND p.pid NOT IN (SELECT pid FROM program_run)
    AND p.exit_seq < (SELECT max(exit_seq) FROM program_run)
)
SELECT e.cycle, e.hart, f.pid, NULL AS frame, e.pc,
       CASE WHEN f.exit_status <> 0 THEN printf('%s exited with status %d', f.name, f.exit_status)
            ELSE printf('%s did not say that its tests passed', f.name) END ||
       CASE WHEN l.frames > 0 THEN printf('; %d frame(s) taken in its time were lost', l.frames) ELSE '' END ||
       CASE WHEN z.processes > 0
              THEN printf('; %d of its processes stayed zombies, and keep their frames', z.processes)
            ELSE '' END ||
       CASE WHEN s.text IS NULL THEN '' ELSE '; its first complaint: ' || left(s.text, 160) END AS message
FROM failed f JOIN process e ON e.seq = f.exit_seq CROSS JOIN lost l CROSS JOIN zombies z
LEFT JOIN complaints s ON true
WHERE f.unsuccessful OR f.silent
