-- title:    fork gives the child every page
-- rule:     When fork has made a process, the process maps every user page that its parent maps.
-- why:      The child goes on with its parent's memory: what it was not given it cannot use, or finds empty.
-- needs:    fork_pages, leaf_mappings, process
-- optional: syscall
-- severity: error
-- breaks:   frames
-- hint:     Where does fork's loop over the pages begin and end, what does it do about a page that is not there, and
--           what does fork return when it fails half way?
-- except:   Kernels whose children have no mappings of their own at all, for they may share page tables. Not judged in
--           a run with system calls that xv6 does not have: mappings of files need not be there at once.
-- judged:   SELECT count(*) FROM fork_pages
-- suspects: SELECT count(*) FROM fork_pages WHERE child_pages < pages
WITH short AS (
  SELECT f.*, p.hart, p.pc FROM fork_pages f JOIN process p USING (seq)
  WHERE child_pages < pages AND (SELECT max(child_pages) FROM fork_pages) > 0
    AND NOT EXISTS (SELECT * FROM syscall WHERE number > 21 AND number <> 1000 AND result >= 0)
), had AS (
  SELECT s.seq, m.va FROM short s JOIN leaf_mappings m ON m.root = s.parent_root AND m.from_seq < s.seq
  WHERE coalesce(m.to_seq > s.seq, true)
), given AS (
  SELECT s.seq, m.va, m.from_seq, m.pc, m.call_site
  FROM short s JOIN leaf_mappings m ON m.root = s.root AND m.from_seq < s.seq
  WHERE coalesce(m.to_seq > s.seq, true)
), missing AS (
  SELECT seq, min(va) AS va FROM had ANTI JOIN given USING (seq, va) GROUP BY seq
), mapper AS (
  SELECT seq, max_by(pc, from_seq) AS pc, max_by(call_site, from_seq) AS call_site FROM given GROUP BY seq
), usual AS (
  -- Who maps the pages of children, where this one has none.
  SELECT mode(m.call_site) AS call_site FROM fork_pages f JOIN leaf_mappings m USING (root, span)
)
SELECT s.cycle, s.hart, s.parent AS pid, NULL AS frame, coalesce(g.pc, s.pc) AS pc, g.call_site,
       [coalesce(g.call_site, u.call_site), s.pc, g.pc]::UBIGINT[] AS sites,
       printf('fork made process %d without %d of the %d pages that its parent has, the first at 0x%x', s.pid,
              s.pages - s.child_pages, s.pages, m.va) AS message
FROM short s JOIN missing m USING (seq) LEFT JOIN mapper g USING (seq) CROSS JOIN usual u
ORDER BY s.seq
