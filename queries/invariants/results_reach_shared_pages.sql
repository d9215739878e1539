-- title:    results reach shared pages
-- rule:     A system call delivers its result also to a page that is shared until written.
-- why:      The program may write there, and does not know that the page is shared: a refusal is a failure that no
--           kernel without copy-on-write has.
-- needs:    results_for_shared_pages, program_run
-- optional: result_writers
-- severity: error
-- hint:     How does the kernel find out whether a program may write a page, and what does sharing change about that?
-- except:   A call may fail for its own reasons. So this is broken only if none at all was served and at least two were
--           refused, or one and the program under test failed.
-- judged:   SELECT count(*) FROM results_for_shared_pages
-- suspects: SELECT count(*) FROM results_for_shared_pages WHERE refused
WITH refused AS (
  SELECT *, count(*) OVER () AS times FROM results_for_shared_pages WHERE refused
)
SELECT cycle, hart, pid, frame, pc, [(SELECT pc FROM result_writers)]::UBIGINT[] AS sites,
       printf('%s failed with the address 0x%x in a page that is shared until written; so did all %d such call(s)',
              name, address, times) AS message
FROM refused
WHERE (times > 1 OR EXISTS (SELECT * FROM program_run WHERE exit_status <> 0))
  AND NOT EXISTS (SELECT * FROM results_for_shared_pages WHERE NOT refused)
ORDER BY cycle
