-- name:  program_run
-- doc:   The process of the program under test: the first-born that went by its name (a name in the process table is
--        cut at 15 characters), with the process that forked it (the shell). A fork's name is the parent's, and some
--        kernels change the name only after exec's new page table is in force. No row when no program was run.
-- needs: process, processes, run_facts
-- materialized: yes
-- candidates: SELECT count(*) FROM run_facts WHERE key = 'program'
WITH program AS (
  SELECT regexp_replace(value, '^.*/', '')[:15] AS name FROM run_facts WHERE key = 'program'
), called AS (
  SELECT CASE WHEN p.action = 'fork' THEN p.parent ELSE p.subject END AS pid FROM process p JOIN program USING (name)
), first AS (
  SELECT min_by(p.pid, p.fork_seq) AS pid FROM processes p SEMI JOIN called USING (pid) WHERE p.fork_seq IS NOT NULL
)
SELECT p.* FROM processes p JOIN first USING (pid)
