-- name:  program_history
-- doc:   What each process did and saw, in its own order: system calls with the arguments they take and their
--        results, page faults it did not survive, programs executed, exits, children reaped, markers. Processes go
--        by their birth, and what may differ between runs of the same program is left out (uptime's result,
--        arguments that a call does not take, interrupts, switches), so that text is equal where two runs did the
--        same.
-- needs: process_births, syscall, page_fault, process, process_names
-- optional: marker
WITH calls AS (
  SELECT c.*, b.birth,
         CASE WHEN name IN ('fork', 'getpid', 'uptime') THEN 0
              WHEN name IN ('read', 'write', 'mknod') THEN 3
              WHEN name IN ('exec', 'fstat', 'open', 'link') THEN 2
              WHEN name LIKE 'sys\_%' ESCAPE '\' THEN 0
              ELSE 1 END AS arity,
         name IN ('fork', 'wait', 'getpid') AS gives_pid
  FROM syscall c JOIN process_births b USING (pid)
), shown AS (
  SELECT c.*, CASE WHEN c.name = 'kill' THEN coalesce(k.birth, 'nobody')
                   WHEN c.name IN ('exit', 'sbrk', 'sleep', 'close', 'dup', 'read', 'write', 'fstat')
                     THEN (c.argument0::HUGEINT - CASE WHEN c.argument0 >= 9223372036854775808
                                                       THEN 18446744073709551616::HUGEINT ELSE 0 END)::VARCHAR
                   ELSE printf('0x%x', c.argument0) END AS first,
         CASE WHEN NOT c.gives_pid OR c.result <= 0 THEN c.result::VARCHAR ELSE coalesce(r.birth, 'nobody') END AS came
  FROM calls c
  LEFT JOIN process_births k ON c.name = 'kill' AND k.pid = c.argument0::HUGEINT
  LEFT JOIN process_births r ON c.gives_pid AND r.pid = c.result
), rows AS (
  SELECT birth, seq, cycle, hart, pid, span, pc,
         name || CASE arity WHEN 0 THEN '()' WHEN 1 THEN '(' || first || ')'
                            WHEN 2 THEN printf('(%s, 0x%x)', first, argument1)
                            ELSE printf('(%s, 0x%x, %d)', first, argument1, argument2) END AS text
  FROM shown WHERE phase = 'enter'
  UNION ALL
  SELECT birth, seq, cycle, hart, pid, span, pc,
         name || ' returns' || CASE WHEN name = 'uptime' THEN '' ELSE ' ' || came END
  FROM shown WHERE phase = 'leave'
  UNION ALL
  SELECT b.birth, f.seq, f.cycle, f.hart, f.pid, f.span, f.pc,
         printf('%s fault at 0x%x, %s', f.access, f.va, f.outcome)
  FROM page_fault f JOIN process_births b USING (pid) WHERE f.outcome <> 'resolved'
  UNION ALL
  SELECT b.birth, p.seq, p.cycle, p.hart, p.pid, p.span, p.pc, 'is now ' || coalesce(n.name, p.name)
  FROM (SELECT * FROM process WHERE action = 'exec') p JOIN process_births b ON b.pid = p.subject
  ASOF LEFT JOIN process_names n ON n.pid = p.subject AND p.cycle < n.cycle
  UNION ALL
  SELECT b.birth, p.seq, p.cycle, p.hart, p.pid, p.span, p.pc,
         CASE p.action WHEN 'exit' THEN coalesce('exits with status ' || p.status, 'exits')
                       ELSE 'reaps ' || coalesce(s.birth, 'nobody') END
  FROM process p JOIN process_births b USING (pid) LEFT JOIN process_births s ON s.pid = p.subject
  WHERE p.action IN ('exit', 'reap')
  UNION ALL
  SELECT b.birth, m.seq, m.cycle, m.hart, m.pid, m.span, m.pc, printf('marker %d with 0x%x', m.id, m.value)
  FROM marker m JOIN process_births b USING (pid)
)
SELECT birth, seq, cycle, hart, pid, span, pc, text FROM rows
