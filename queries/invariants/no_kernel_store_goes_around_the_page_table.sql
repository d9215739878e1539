-- title:    no kernel store goes around the page table
-- rule:     The kernel stores into no frame that several user mappings share, and into no page that its program may
--           only read.
-- why:      Its own mapping of memory does not fault: a shared frame changes for everybody, and text for good.
-- needs:    doubtful_writes, stores_into_mapped_frames, kernel_span, address_spaces, granted_permissions, frame_free
-- severity: error
-- follows:  nothing
-- hint:     Before the kernel stores to a user page it must do what the hardware and the fault handler would have done.
-- except:   Frames that the same kernel entry took, as for exec's text; a page that its only owner may write, though
--           its entry does not say so yet. What the process may write itself by its own entry, though others share the
--           frame: that it may is another rule's, and so is a
--           frame that was freed though it was mapped.
-- judged:   SELECT count(*) FROM kernel_span
-- suspects: SELECT count(*) FROM doubtful_writes WHERE freeing = 0
WITH placed AS (
  SELECT m.*, s.pid AS about, s.image FROM (SELECT * FROM stores_into_mapped_frames WHERE freeing = 0) m
  ASOF LEFT JOIN address_spaces s ON m.root = s.root AND m.seq >= s.from_seq
  WHERE NOT EXISTS (SELECT * FROM frame_free f WHERE f.frame = m.frame AND f.seq > m.from_seq AND f.seq < m.seq)
), stores AS (
  SELECT p.seq, p.cycle, p.hart, p.pid, p.frame, p.pc, p.call_site, count(*) AS mappings,
         bool_or(coalesce(g.permissions & 4 = 0, false)) AS read_only, min(p.va) AS va, min(p.about) AS about,
         bool_or(p.writable AND coalesce(p.about = p.pid, false)) AS is_open
  FROM placed p LEFT JOIN granted_permissions g ON g.image = p.image AND g.va = p.va
  GROUP BY ALL
)
SELECT cycle, hart, pid, frame, pc, call_site,
       CASE WHEN mappings > 1
              THEN printf('the kernel stored into frame 0x%x, which %d user mappings share (one at 0x%x of process %d)',
                          frame, mappings, va, coalesce(about, 0))
            ELSE printf('the kernel stored into the page at 0x%x of process %d, which may only be read', va,
                        coalesce(about, 0)) END AS message
FROM stores
WHERE (mappings > 1 AND NOT is_open) OR read_only
ORDER BY seq
