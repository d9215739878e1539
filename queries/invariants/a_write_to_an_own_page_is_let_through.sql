-- title:    a write to an own page is let through
-- rule:     When a program stores to a page that it may write, and the page is there, the fault is resolved.
-- why:      Copy-on-write takes a permission away for a while: the program must not notice.
-- needs:    page_fault, refused_stores, leaf_mappings, address_spaces, granted_permissions, kalloc, frame_alloc,
--           syscall
-- optional: fault_handlers, trap
-- severity: error
-- hint:     How does the handler tell a page that is shared until written from one that is read-only? Does fork say?
-- except:   A fault for which there was no memory, one whose entry was made writable, one that ends in a fault of
--           the kernel's own, and a process that somebody kills. Not judged in a run with system calls that xv6 does
--           not have: some take permissions away.
-- judged:   SELECT count(*) FROM page_fault WHERE access = 'store' AND outcome <> 'unfinished'
-- suspects: SELECT count(*) FROM refused_stores WHERE withheld
WITH refused AS (
  SELECT f.*, (va >> 12) << 12 AS page FROM page_fault f
  WHERE access = 'store' AND outcome IN ('killed', 'panicked')
    -- Who has taken a frame for the copy does not refuse.
    AND NOT (outcome = 'panicked' AND EXISTS (SELECT * FROM kalloc k WHERE k.span = f.span AND k.frame <> 0))
    AND NOT EXISTS (SELECT * FROM syscall WHERE number > 21 AND number <> 1000 AND result >= 0)
), placed AS (
  SELECT r.*, s.image, a.free_frames
  FROM refused r ASOF JOIN address_spaces s ON r.root = s.root AND r.seq >= s.from_seq
  ASOF LEFT JOIN frame_alloc a ON r.seq > a.seq
), allowed AS (
  SELECT p.* FROM placed p
  JOIN granted_permissions g ON g.image = p.image AND g.va = p.page AND g.permissions & 4 <> 0
  ANTI JOIN (SELECT span FROM kalloc WHERE frame = 0) scarce ON scarce.span = p.span
  ANTI JOIN (SELECT argument0, cycle FROM syscall WHERE number = 6 AND phase = 'enter') killed
         ON killed.argument0 = p.pid AND killed.cycle <= p.end_cycle
  ANTI JOIN (SELECT hart, cycle FROM trap WHERE interrupt = 0 AND from_mode <> 0) broken
         ON broken.hart = p.hart AND broken.cycle BETWEEN p.cycle AND p.end_cycle
  WHERE coalesce(p.free_frames > 0, true)
), mapped AS (
  SELECT a.*, m.frame, m.pc AS map_pc, m.call_site AS map_site, m.from_cycle, m.writable AS is_writable,
         coalesce(m.to_seq > a.seq, true) AS is_there
  FROM allowed a ASOF JOIN leaf_mappings m ON a.root = m.root AND a.page = m.va AND a.seq > m.from_seq
)
SELECT cycle, hart, pid, frame, map_pc AS pc, map_site AS call_site,
       [map_pc, map_site, (SELECT max_by(call_site, changes) FROM fault_handlers)]::UBIGINT[] AS sites,
       printf('a store at 0x%x was refused, though the program may write there; since cycle %d, here, its entry lets '
              || 'it only read', va, from_cycle) AS message
FROM mapped WHERE is_there AND NOT is_writable
ORDER BY seq
