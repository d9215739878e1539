-- title:    the kernel does not panic
-- rule:     The kernel never enters its panic function.
-- why:      A panic stops every process; whatever a program does, the worst may be its own end.
-- needs:    panic_calls, kernel_span
-- optional: kfree, pte_write
-- severity: error
-- follows:  any
-- hint:     The message is the kernel's own; the events just before this cycle show what led there.
-- except:   none
-- judged:   SELECT count(*) FROM kernel_span
-- suspects: SELECT count(*) FROM panic_calls
WITH frames AS (
  SELECT span, seq, (frame >> 12) << 12 AS frame FROM kfree
  UNION ALL
  SELECT span, seq, CASE after & 1 WHEN 1 THEN (after >> 10) & 17592186044415
                                   ELSE (before >> 10) & 17592186044415 END << 12
  FROM pte_write WHERE level = 0
), last_frame AS (
  SELECT p.seq, max_by(f.frame, f.seq) AS frame
  FROM panic_calls p JOIN frames f ON f.span = p.span AND f.seq < p.seq
  WHERE p.pid <> 0 GROUP BY p.seq
)
SELECT p.cycle, p.hart, p.pid, f.frame, p.pc, p.call_site,
       -- Who checks what it is given is not at fault; who finds that memory is out, and gives up, is.
       CASE WHEN p.faulted OR p.without_memory THEN p.sites ELSE p.sites[2:] || p.sites[1:1] END AS sites,
       'panic: ' || p.text AS message
FROM panic_calls p LEFT JOIN last_frame f USING (seq)
ORDER BY p.cycle
