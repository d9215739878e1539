-- title:    the kernel does not panic
-- rule:     The kernel never enters its panic function.
-- why:      A panic stops every process; whatever a program does, the worst may be its own end.
-- needs:    panic, kernel_span
-- severity: error
-- hint:     The message is the kernel's own; the events just before this cycle show what led there.
-- except:   none
-- judged:   SELECT count(*) FROM kernel_span
SELECT cycle, hart, pid, NULL AS frame, pc, call_site, 'panic: ' || text AS message
FROM panic ORDER BY cycle
