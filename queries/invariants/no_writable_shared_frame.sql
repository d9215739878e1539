-- title:    no writable shared frame
-- rule:     At a quiescent point, a frame with two or more user mappings is writable through none of them.
-- why:      A store to a shared frame must fault, so that the kernel can copy it first; else one process sees the
--           other's writes.
-- needs:    suspicious_points, point_states, leaf_mappings, address_spaces
-- optional: page_fault
-- severity: error
-- breaks:   frames
-- hint:     Whoever makes a frame shared must take the write permission from every mapping of it, the parent's too.
-- except:   Mappings without the user bit (trampoline, trapframe) are none, nor is that of the page below them, which
--           some kernels share with their programs. A frame mapped twice in one process counts. What the handler of a
--           fault had made writable before it ended the program counts for none: nobody stores through that any more.
-- judged:   SELECT sum(points) FROM point_states WHERE judged AND mappings > 1
-- skipped:  SELECT sum(points) FROM point_states WHERE NOT judged AND mappings > 1
-- suspects: SELECT sum(points) FROM point_states WHERE judged AND mappings > 1 AND writable
WITH shared AS (
  SELECT frame, seq, mappings FROM suspicious_points WHERE writable_shared
), given_up AS (
  SELECT span, pid FROM page_fault WHERE outcome = 'killed'
), live AS (
  SELECT s.seq AS point, s.mappings, m.* REPLACE (m.writable AND g.span IS NULL AS writable)
  FROM shared s JOIN leaf_mappings m ON m.frame = s.frame AND m.from_seq < s.seq
  LEFT JOIN given_up g ON g.span = m.span AND g.pid = m.pid
  WHERE m.to_seq IS NULL OR m.to_seq > s.seq
), latest AS (
  SELECT frame, point, any_value(mappings) AS mappings, max(from_seq) AS made_seq,
         max_by(from_cycle, from_seq) AS cycle, max_by(hart, from_seq) AS hart, max_by(pid, from_seq) AS pid,
         max_by(pc, from_seq) AS pc, max_by(call_site, from_seq) AS call_site, min(va) FILTER (writable) AS va,
         min_by(root, va) FILTER (writable) AS root
  FROM live GROUP BY frame, point HAVING bool_or(writable)
)
SELECT l.cycle, l.hart, l.pid, l.frame, l.pc, l.call_site,
       printf('frame 0x%x is shared by %d mappings and writable at 0x%x%s', l.frame, l.mappings, l.va,
              coalesce(printf(' of process %d', s.pid), '')) AS message
FROM latest l ASOF LEFT JOIN address_spaces s ON l.root = s.root AND l.made_seq >= s.from_seq
QUALIFY row_number() OVER (PARTITION BY l.frame, l.made_seq ORDER BY l.point) = 1
ORDER BY l.cycle, l.frame
