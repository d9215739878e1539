-- title:    no free frame is written
-- rule:     The kernel stores into no frame that is on the free list.
-- why:      The frame has no owner: what is stored is lost, or turns up in the memory of whoever gets the frame next.
-- needs:    free_frame_write, frame_free, places
-- optional: kalloc, kfree
-- severity: error
-- breaks:   frames
-- hint:     An address of a frame is good for as long as the frame has an owner: what has given the frame up since? And
--           an index is good for as long as it is within its array: how many elements has that, and which is first?
-- except:   Links between free frames; what the allocator and the free function store into the frame they are asked for
--           or given, and into the first 64 bytes of any free frame, where lists keep what they need.
-- judged:   SELECT count(*) FROM frame_free
-- suspects: SELECT count(*) FROM free_frame_write
WITH own AS (
  SELECT DISTINCT p."function" FROM (SELECT pc FROM kalloc UNION ALL SELECT pc FROM kfree) k
  JOIN places p ON p.address = k.pc
), stores AS (
  SELECT w.*, s."function" AS storer, c."function" AS caller
  FROM free_frame_write w LEFT JOIN places s ON s.address = w.pc LEFT JOIN places c ON c.address = w.call_site
), handled AS (
  SELECT span, frame FROM kalloc UNION SELECT span, (frame >> 12) << 12 FROM kfree
), others AS (
  SELECT *, coalesce(storer IN (FROM own), false) OR coalesce(caller IN (FROM own), false) AS by_own FROM stores
  WHERE NOT by_own OR (address & 4095 >= 64 AND (span, frame) NOT IN (FROM handled))
)
SELECT w.cycle, w.hart, w.pid, w.frame, w.pc, w.call_site,
       -- What the entry itself has freed it stores to by mistake, most often by an index that leaves its array.
       CASE WHEN by_own THEN [w.pc, w.call_site]
            WHEN f.span = w.span THEN [w.pc, w.call_site, f.call_site]
            ELSE [w.call_site, f.call_site, w.pc] END AS sites,
       CASE WHEN by_own
              THEN printf('the kernel stored into the free frame 0x%x (at 0x%x) while it handed out or took back '
                          || 'another', w.frame, w.address)
            ELSE printf('the kernel stored into frame 0x%x (at 0x%x), which %s had put on the free list %d cycles '
                        || 'before', w.frame, w.address,
                        CASE WHEN f.span = w.span THEN 'the same kernel entry' ELSE printf('process %d', f.pid) END,
                        w.cycle - f.cycle) END AS message
FROM others w ASOF JOIN frame_free f ON w.frame = f.frame AND w.seq > f.seq
ORDER BY w.seq
