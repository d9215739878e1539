-- title:    a resolved fault opens the page
-- rule:     When the handler of a page fault has written the page's entry and the program goes on, the entry lets the
--           access through.
-- why:      Otherwise the same instruction faults again, and the handler, which finds its work done, gives up.
-- needs:    page_fault, pte_write, fault_handling
-- severity: error
-- breaks:   frames
-- hint:     Which permissions did the entry have before, which must it have now, and for which page was it written?
-- except:   Pages whose entry was not written by the handler; those that were not for programs before, such as a guard
--           page that is copied in vain; what is in superpages; where the handler of the next fault there opens the
--           page, as in kernels that first map a page to read and copy it when the store comes again.
-- judged:   SELECT count(*) FROM page_fault WHERE outcome = 'resolved'
-- suspects: SELECT count(*) FROM fault_handling WHERE outcome = 'resolved' AND coalesce(NOT opened, true)
WITH faults AS (
  SELECT *, va - va % 4096 AS page,
         17 + permission_for(access) AS needed
  FROM page_fault SEMI JOIN (SELECT DISTINCT span FROM fault_handling WHERE coalesce(NOT opened, true)) USING (span)
  WHERE outcome = 'resolved'
), written AS (
  SELECT f.seq, max_by(w."after", w.seq) AS entry, max_by(w.pc, w.seq) AS pc,
         max_by(w.call_site, w.seq) AS call_site, min_by(w."before", w.seq) AS was
  FROM faults f JOIN pte_write w ON w.span = f.span AND w.root = f.root AND w.va = f.page AND w.level = 0
  GROUP BY f.seq
), closed AS (
  SELECT f.*, w.entry, w.pc AS written_at, w.call_site
  FROM faults f JOIN written w USING (seq)
  WHERE (entry & needed <> needed OR entry & 6 = 4) AND was & 17 <> 1
), opened_next AS (
  SELECT c.seq
  FROM closed c JOIN fault_handling n ON n.pid = c.pid AND n.va - n.va % 4096 = c.page AND n.seq > c.seq
  GROUP BY c.seq HAVING arg_min(coalesce(n.opened, false), n.seq)
)
SELECT f.cycle, f.hart, f.pid, NULL AS frame, written_at AS pc, call_site,
       printf('a %s at 0x%x was declared resolved, and the entry of its page left as 0x%x: %s', access, f.va, entry,
              CASE WHEN entry & 1 = 0 THEN 'there is no page'
                   WHEN entry & 16 = 0 THEN 'not for programs'
                   WHEN access = 'store' AND entry & 4 = 0 THEN 'not to be written'
                   WHEN access = 'load' THEN 'not to be read'
                   WHEN access = 'store' THEN 'to be written and not to be read, which no page can be'
                   ELSE 'not to be executed' END) AS message
FROM closed f ANTI JOIN opened_next USING (seq)
ORDER BY f.seq
