-- title:    no live frame is filled
-- rule:     What frees a frame fills it, if at all, when nobody else maps it any more.
-- why:      The other owners find the filling where their data was.
-- needs:    doubtful_writes, stores_into_mapped_frames, kernel_span
-- optional: refcount_change, count_convention, frame_alloc
-- severity: error
-- breaks:   frames
-- hint:     Filling a page is right only once it is known that this was the last owner. Which count does a new frame
--           get, and at which count is it freed?
-- except:   Mappings whose own kernel entry has given the frame up already and is about to remove them.
-- judged:   SELECT count(*) FROM kernel_span
-- suspects: SELECT count(*) FROM doubtful_writes WHERE freeing = 1
WITH fillings AS (
  SELECT seq, cycle, hart, pid, span, frame, pc, call_site, count(*) AS mappings, min(va) AS va
  FROM stores_into_mapped_frames
  WHERE freeing = 1
  GROUP BY seq, cycle, hart, pid, span, frame, pc, call_site
)
SELECT f.cycle, f.hart, f.pid, f.frame, f.pc, f.call_site,
       -- Filled against the count: whoever looked at that is to blame. Or by a count that did not begin at one.
       CASE WHEN c.after > 0 AND c.span = f.span THEN [c.pc, f.pc, f.call_site]
            WHEN v.extra < 0 AND c.after = 0 AND c.before > 0 AND c.span = f.span THEN [c.pc, a.pc]
            ELSE [f.pc, f.call_site] END AS sites,
       coalesce(v.extra < 0 AND c.after = 0 AND c.before > 0 AND c.span = f.span, false) AS blames_as_listed,
       printf('frame 0x%x was filled while it was freed, and %d other mapping(s) of it remain, one at 0x%x', f.frame,
              f.mappings, f.va)
         || CASE WHEN blames_as_listed THEN printf('; its count had gone from %d to 0, and a frame that one process '
                                                   || 'maps has the count 0 here', c.before) ELSE '' END AS message
FROM fillings f ASOF LEFT JOIN refcount_change c ON f.frame = c.frame AND f.seq > c.seq
ASOF LEFT JOIN frame_alloc a ON f.frame = a.frame AND f.seq > a.seq
LEFT JOIN count_convention v ON true
ORDER BY f.seq
