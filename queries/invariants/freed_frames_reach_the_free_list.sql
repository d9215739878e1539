-- title:    freed frames reach the free list
-- rule:     Of the frames that the free function is given at boot, the allocator has some to give.
-- why:      That is where all free memory comes from.
-- needs:    kfree, frame_free, kalloc
-- optional: refcount_change
-- severity: error
-- hint:     What must be true of a frame for the free function to put it on the list, and is it so at boot?
-- except:   Judged only until the allocator has given a frame.
-- judged:   SELECT count(*) FROM kfree
-- suspects: SELECT count(*) FROM kfree WHERE NOT EXISTS (SELECT * FROM frame_free) AND NOT EXISTS (SELECT * FROM
--           kalloc WHERE frame <> 0) AND EXISTS (SELECT * FROM kalloc)
-- lacking:  frames came on the free list, and the free function was not seen to be called
-- expected: SELECT count(*) FROM frame_free
WITH given AS (
  SELECT count(*) AS frames, min(cycle) AS cycle, min_by(hart, seq) AS hart, min_by(frame, seq) AS frame,
         min_by(pc, seq) AS pc, min_by(call_site, seq) AS call_site, min(seq) AS seq FROM kfree
), counted AS (
  -- What a count came to while the first of them was freed.
  SELECT min_by(r.pc, r.seq) AS pc, min_by(r.after, r.seq) AS count
  FROM refcount_change r CROSS JOIN given g WHERE r.seq > g.seq AND r.frame = g.frame
)
SELECT g.cycle, g.hart, 0 AS pid, g.frame, g.pc, g.call_site, [c.pc, g.call_site, g.pc] AS sites,
       printf('the free function was given %d frame(s) from here on, and put none on the list%s', g.frames,
              CASE WHEN c.count IS NULL THEN '' ELSE printf('; the count of the first became %d', c.count) END)
         AS message
FROM given g CROSS JOIN counted c
WHERE NOT EXISTS (SELECT * FROM frame_free) AND EXISTS (SELECT * FROM kalloc)
  AND NOT EXISTS (SELECT * FROM kalloc WHERE frame <> 0)
