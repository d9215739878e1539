-- title:    no mapped frame is handed out
-- rule:     A frame that is taken from the free list has no user mapping that goes on to be used.
-- why:      Two owners then have one frame, and each destroys what the other wrote.
-- needs:    frame_alloc, leaf_mappings, frame_free, kfree, kernel_span
-- optional: kalloc
-- severity: error
-- breaks:   frames
-- hint:     Who freed the frame must be done with its mappings: the free list belongs to all harts at once.
-- except:   A mapping that a kernel entry takes away which had freed the frame, or given up its own share in it,
--           before, as unmapping does, and handlers that install the copy last: the process is in the kernel until
--           then; also where the trace ends before. A mapping that was made after the freeing is another rule's
--           matter.
-- judged:   SELECT count(*) FROM frame_alloc
-- suspects: SELECT count(*) FROM frame_alloc WHERE mappings > 0
-- lacking:  the allocator gave frames, and none was seen to leave the free list
-- expected: SELECT count(*) FROM kalloc WHERE frame <> 0
WITH taken AS (
  SELECT * FROM frame_alloc WHERE mappings > 0
), mapped AS (
  SELECT t.*, m.root, m.va, m.from_seq, m.to_span, m.to_seq
  FROM taken t JOIN leaf_mappings m ON m.frame = t.frame AND m.from_seq < t.seq AND coalesce(m.to_seq > t.seq, true)
), freed AS (
  SELECT m.*, f.span AS free_span, f.pc AS free_pc, f.call_site AS free_site, f.cycle AS free_cycle,
         f.hart AS free_hart, f.pid AS free_pid
  FROM mapped m ASOF JOIN frame_free f ON m.frame = f.frame AND m.seq > f.seq
  WHERE m.from_seq < f.seq
), given_up AS (
  SELECT frame, span, min(seq) AS seq FROM kfree SEMI JOIN freed f USING (frame) GROUP BY frame, span
), cut_off AS (
  SELECT f.seq, count(DISTINCT s.id) AS entries FROM freed f JOIN kernel_span s ON s.finished = 0
  LEFT JOIN given_up g ON g.frame = f.frame AND g.span = s.id
  WHERE s.id = f.free_span OR g.seq < f.seq
  GROUP BY f.seq
)
SELECT free_cycle AS cycle, free_hart AS hart, free_pid AS pid, f.frame, free_pc AS pc, free_site AS call_site,
       printf('frame 0x%x was freed here and handed out again at cycle %d, still mapped at 0x%x', f.frame, f.cycle,
              f.va) AS message
FROM freed f LEFT JOIN given_up g ON g.frame = f.frame AND g.span = f.to_span
LEFT JOIN cut_off c ON c.seq = f.seq
WHERE coalesce(f.to_span <> f.free_span, true) AND coalesce(g.seq > f.seq, true)
QUALIFY f.to_seq IS NOT NULL
  OR count(*) FILTER (f.to_seq IS NULL) OVER (PARTITION BY f.seq) > coalesce(c.entries, 0)
ORDER BY f.seq
