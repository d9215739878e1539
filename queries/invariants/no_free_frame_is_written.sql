-- title:    no free frame is written
-- rule:     The kernel stores into no frame that is on the free list.
-- why:      The frame has no owner: what is stored is lost, or turns up in the memory of whoever gets the frame next.
-- needs:    free_frame_write, frame_free, places
-- optional: kalloc, kfree
-- severity: error
-- breaks:   frames
-- hint:     An address of a frame is good for as long as the frame has an owner: what has given the frame up since?
-- except:   Links between free frames, and what the allocator and the free function themselves store.
-- judged:   SELECT count(*) FROM frame_free
-- suspects: SELECT count(*) FROM free_frame_write
WITH own AS (
  SELECT DISTINCT p."function" FROM (SELECT pc FROM kalloc UNION ALL SELECT pc FROM kfree) k
  JOIN places p ON p.address = k.pc
), stores AS (
  SELECT w.*, s."function" AS storer, c."function" AS caller
  FROM free_frame_write w LEFT JOIN places s ON s.address = w.pc LEFT JOIN places c ON c.address = w.call_site
), others AS (
  SELECT * FROM stores
  WHERE coalesce(storer NOT IN (FROM own), true) AND coalesce(caller NOT IN (FROM own), true)
)
SELECT w.cycle, w.hart, w.pid, w.frame, w.pc, w.call_site, [w.call_site, f.call_site, w.pc] AS sites,
       printf('the kernel stored into frame 0x%x (at 0x%x), which %s had put on the free list %d cycles before',
              w.frame, w.address,
              CASE WHEN f.span = w.span THEN 'the same kernel entry' ELSE printf('process %d', f.pid) END,
              w.cycle - f.cycle) AS message
FROM others w ASOF JOIN frame_free f ON w.frame = f.frame AND w.seq > f.seq
ORDER BY w.seq
