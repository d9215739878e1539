-- name:  program_run
-- doc:   The process of the program under test: the first to be called by its name (a name in the process table is cut
--        at 15 characters), with the process that forked it (the shell). No row when no program was run.
-- needs: process, processes, run_facts
WITH program AS (
  SELECT regexp_replace(value, '^.*/', '')[:15] AS name FROM run_facts WHERE key = 'program'
), first AS (
  SELECT min_by(p.subject, p.seq) AS pid FROM process p JOIN program USING (name) WHERE p.action <> 'fork'
)
SELECT p.* FROM processes p JOIN first USING (pid) WHERE p.fork_seq IS NOT NULL
