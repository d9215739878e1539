-- title:    what a program may do is let through
-- rule:     When a program stores to a page that it may write, and the page is there, the fault is resolved; and a page
--           that it may read or execute stays so.
-- why:      Copy-on-write takes the permission to write away for a while, and no other: the program must not notice.
-- needs:    page_fault, refused_accesses, leaf_mappings, address_spaces, granted_permissions, kalloc, frame_alloc,
--           syscall
-- optional: fault_handlers, trap
-- severity: error
-- hint:     How does the handler tell a page that is shared until written from one that is read-only? Does fork say?
--           And from what does whoever writes an entry anew take its permissions?
-- except:   A fault for which there was no memory, one whose entry was made writable, one that ends in a fault of
--           the kernel's own, and a process that somebody kills. Not judged in a run with system calls that xv6 does
--           not have: some take permissions away.
-- judged:   SELECT count(*) FROM page_fault WHERE outcome <> 'unfinished'
-- suspects: SELECT count(*) FROM refused_accesses WHERE withheld
WITH refused AS (
  SELECT f.*, (va >> 12) << 12 AS page, permission_for(access) AS needed
  FROM page_fault f SEMI JOIN (SELECT seq FROM refused_accesses WHERE withheld) USING (seq)
  -- Who has taken a frame for the copy does not refuse.
  WHERE NOT (outcome = 'panicked' AND EXISTS (
    SELECT span FROM kalloc k WHERE k.span = f.span AND k.frame <> 0
    UNION ALL SELECT span FROM frame_alloc a WHERE a.span = f.span))
    AND NOT EXISTS (SELECT * FROM syscall WHERE number > 21 AND number <> 1000 AND result >= 0)
), placed AS (
  SELECT r.*, s.image, a.free_frames
  FROM refused r ASOF JOIN address_spaces s ON r.root = s.root AND r.seq >= s.from_seq
  ASOF LEFT JOIN frame_alloc a ON r.seq > a.seq
), allowed AS (
  SELECT p.* FROM placed p
  JOIN granted_permissions g ON g.image = p.image AND g.va = p.page AND g.permissions & needed <> 0
  ANTI JOIN (SELECT span FROM kalloc WHERE frame = 0) scarce ON scarce.span = p.span
  ANTI JOIN (SELECT argument0, cycle FROM syscall WHERE number = 6 AND phase = 'enter') killed
         ON killed.argument0 = p.pid AND killed.cycle <= p.end_cycle
  ANTI JOIN (SELECT hart, cycle FROM trap WHERE interrupt = 0 AND from_mode <> 0) broken
         ON broken.hart = p.hart AND broken.cycle BETWEEN p.cycle AND p.end_cycle
  WHERE coalesce(p.free_frames > 0, true)
), mapped AS (
  SELECT a.*, m.frame, m.pc AS map_pc, m.call_site AS map_site, m.from_cycle
  FROM allowed a ASOF JOIN leaf_mappings m ON a.root = m.root AND a.page = m.va AND a.seq > m.from_seq
)
SELECT cycle, hart, pid, frame, map_pc AS pc, map_site AS call_site,
       [map_pc, map_site, (SELECT max_by(call_site, changes) FROM fault_handlers)]::UBIGINT[] AS sites,
       printf('a %s at 0x%x was refused, though the program may %s there; since cycle %d, here, its entry %s', access,
              va, CASE access WHEN 'store' THEN 'write' WHEN 'load' THEN 'read' ELSE 'execute' END, from_cycle,
              CASE access WHEN 'store' THEN 'lets it only read' WHEN 'load' THEN 'does not let it read'
                          ELSE 'does not let it execute' END) AS message
FROM mapped
ORDER BY seq
