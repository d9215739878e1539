-- title:    no mapped frame on the free list
-- rule:     At a quiescent point, a frame on the free list has no user mapping.
-- why:      The allocator will hand it out again, and two owners will write to it.
-- needs:    suspicious_points, point_states, frame_free
-- severity: error
-- hint:     Some path frees a frame that still has an owner: look at what it knows about the other owners.
-- except:   Inside one kernel entry a frame may be freed shortly before its mapping is replaced.
-- judged:   SELECT sum(points) FROM point_states WHERE judged AND (mappings > 0 OR free)
-- skipped:  SELECT sum(points) FROM point_states WHERE NOT judged AND (mappings > 0 OR free)
-- suspects: SELECT count(*) FROM suspicious_points WHERE mapped_free
WITH bad AS (
  SELECT * FROM suspicious_points WHERE mapped_free
), blamed AS (
  SELECT b.frame, b.mappings, b.seq AS point, f.seq AS free_seq, f.cycle, f.hart, f.pid, f.pc, f.call_site
  FROM bad b ASOF JOIN frame_free f ON b.frame = f.frame AND b.seq > f.seq
)
SELECT cycle, hart, pid, frame, pc, call_site,
       printf('frame 0x%x was put on the free list, but %d user mapping(s) of it remain', frame, mappings) AS message
FROM blamed
QUALIFY row_number() OVER (PARTITION BY frame, free_seq ORDER BY point) = 1
ORDER BY cycle, frame
