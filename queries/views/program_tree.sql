-- name:  program_tree
-- doc:   The program's process and all its descendants.
-- needs: program_run, processes
-- materialized: yes
-- candidates: SELECT count(*) FROM run_facts WHERE key = 'program'
WITH RECURSIVE tree(pid) AS (
  SELECT pid FROM program_run
  UNION
  SELECT c.pid FROM tree t JOIN processes c ON c.parent = t.pid
)
SELECT pid FROM tree
