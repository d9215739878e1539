-- title:    no live frame is filled
-- rule:     What frees a frame fills it, if at all, when nobody else maps it any more.
-- why:      The other owners find the filling where their data was.
-- needs:    stores_into_mapped_frames, kernel_span
-- severity: error
-- hint:     Filling a page is right only once it is known that this was the last owner.
-- except:   Mappings whose own kernel entry has given the frame up already and is about to remove them.
-- judged:   SELECT count(*) FROM kernel_span
SELECT cycle, hart, pid, frame, pc, call_site,
       printf('frame 0x%x was filled while it was freed, and %d other mapping(s) of it remain, one at 0x%x', frame,
              count(*), min(va)) AS message
FROM stores_into_mapped_frames
WHERE freeing = 1
GROUP BY seq, cycle, hart, pid, frame, pc, call_site
ORDER BY seq
