-- title:    no mapped frame on the free list
-- rule:     At a quiescent point, a frame on the free list has no user mapping.
-- why:      The allocator will hand it out again, and two owners will write to it.
-- needs:    suspicious_points, point_states, frame_free
-- optional: refcount_change, count_convention, frame_alloc
-- breaks:   frames
-- severity: error
-- hint:     Some path frees a frame that still has an owner: look at what it knows about the other owners.
-- except:   Inside one kernel entry a frame may be freed shortly before its mapping is replaced.
-- judged:   SELECT sum(points) FROM point_states WHERE judged AND (mappings > 0 OR free)
-- skipped:  SELECT sum(points) FROM point_states WHERE NOT judged AND (mappings > 0 OR free)
-- suspects: SELECT sum(points) FROM point_states WHERE judged AND mappings > 0 AND free
WITH bad AS (
  SELECT * FROM suspicious_points WHERE mapped_free
), blamed AS (
  SELECT b.frame, b.mappings, b.seq AS point, f.seq AS free_seq, f.cycle, f.hart, f.pid, f.span, f.pc,
         f.call_site
  FROM bad b ASOF JOIN frame_free f ON b.frame = f.frame AND b.seq > f.seq
), first_of_each AS (
  SELECT * FROM blamed QUALIFY row_number() OVER (PARTITION BY frame, free_seq ORDER BY point) = 1
)
SELECT b.cycle, b.hart, b.pid, b.frame, b.pc, b.call_site,
       -- Freed against the count: whoever looked at that is to blame; else whoever gave the frame up.
       -- Or by a count that did not begin at one.
       CASE WHEN c.after > 0 AND c.span = b.span THEN [c.pc, b.pc, b.call_site]
            WHEN v.extra < 0 AND c.after = 0 AND c.before > 0 AND c.span = b.span THEN [c.pc, a.pc]
            ELSE [b.pc, b.call_site] END AS sites,
       coalesce(v.extra < 0 AND c.after = 0 AND c.before > 0 AND c.span = b.span, false) AS blames_as_listed,
       printf('frame 0x%x was put on the free list%s, but %d user mapping(s) of it remain', b.frame,
              CASE WHEN c.after > 0 THEN printf(' though its count was %d', c.after) ELSE '' END, b.mappings)
         || CASE WHEN blames_as_listed THEN printf('; its count had gone from %d to 0, and a frame that one process '
                                                   || 'maps has the count 0 here', c.before) ELSE '' END AS message
FROM first_of_each b ASOF LEFT JOIN refcount_change c ON b.frame = c.frame AND b.free_seq > c.seq
ASOF LEFT JOIN frame_alloc a ON b.frame = a.frame AND b.free_seq > a.seq
LEFT JOIN count_convention v ON true
ORDER BY b.cycle, b.frame
