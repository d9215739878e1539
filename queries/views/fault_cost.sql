-- name:  fault_cost
-- doc:   Page faults out of user mode with the frames their handling took and gave back. old_frame is what the page
--        was mapped to before (null when it was not), mappings_before how many user mappings that frame had.
--        undisturbed: nobody else changed old_frame meanwhile, so the cost can be told. What counts is who has a
--        frame, not where the allocator keeps the others (its list, a frame in hand, a stock for each hart): taken is
--        what the allocator handed out and what was mapped though nobody had it before, or though it had just been free
--        (a second allocator; who gave it back may not have unmapped it yet); given back is what went to the free
--        function and has no user any more.
-- needs: fault_handling, frame_alloc, frame_free, fault_changes, frame_spans
-- optional: kalloc, kfree
-- materialized: yes
WITH faults AS (
  SELECT DISTINCT span FROM fault_handling WHERE frames_taken IS NULL
), steps AS (
  SELECT span, frame, 'handed' AS what FROM kalloc SEMI JOIN faults USING (span) WHERE frame <> 0
  UNION ALL
  SELECT span, frame, 'unlisted' FROM frame_alloc SEMI JOIN faults USING (span)
  UNION ALL
  SELECT span, (frame >> 12) << 12, 'given' FROM kfree SEMI JOIN faults USING (span)
  UNION ALL
  SELECT span, frame, 'listed' FROM frame_free SEMI JOIN faults USING (span)
  UNION ALL
  SELECT span, new_frame, 'mapped' FROM fault_changes SEMI JOIN faults USING (span)
  WHERE new_frame <> coalesce(old_frame, 0)
  UNION ALL
  SELECT span, old_frame, 'shared' FROM fault_changes SEMI JOIN faults USING (span) WHERE mappings_before > 1
), known AS (
  SELECT EXISTS (SELECT * FROM kalloc) AS hands, EXISTS (SELECT * FROM kfree) AS gives
), moves AS (
  SELECT span, frame, bool_or(what = 'handed') AS handed, bool_or(what = 'unlisted') AS unlisted,
         bool_or(what = 'given') AS given, bool_or(what = 'listed') AS listed, bool_or(what = 'mapped') AS mapped,
         bool_or(what = 'shared') AS shared
  FROM steps GROUP BY span, frame
), doubtful AS (
  -- Where the allocator's list does not tell; none on a kernel that has nothing beside it.
  SELECT span, frame FROM moves
  WHERE (given AND NOT listed AND NOT shared) OR (listed AND NOT given AND NOT handed) OR (mapped AND NOT handed)
), touched AS (
  SELECT s.span, s.frame, max_by(s.mappings, s.end_seq) AS mappings, min_by(s.mappings_before, s.first_seq) AS before,
         max_by(s.count, s.end_seq) AS count
  FROM frame_spans s SEMI JOIN doubtful USING (span, frame) GROUP BY s.span, s.frame
), judged AS (
  SELECT m.span,
         m.handed OR (m.unlisted AND (m.mapped OR NOT n.hands))
           OR (m.mapped AND coalesce(t.before = 0 AND t.mappings > 0, false)) AS taken,
         CASE WHEN m.listed THEN m.given OR NOT n.gives OR m.handed OR coalesce(t.mappings < t.before, false)
              ELSE m.given AND NOT m.shared AND (m.handed AND NOT m.mapped
                OR coalesce(t.mappings, 0) <= 0 AND coalesce(nullif(t.count, 'nan'::DOUBLE), 0) <= 0)
         END AS returned
  FROM moves m CROSS JOIN known n LEFT JOIN touched t USING (span, frame)
), costs AS (
  SELECT span, count(*) FILTER (taken) AS taken, count(*) FILTER (returned) AS returned FROM judged GROUP BY span
)
SELECT h.seq, h.cycle, h.end_cycle, h.hart, h.pid, h.span, coalesce(h.pc, h.fault_pc) AS pc, h.call_site, h.va, h.root,
       h.access, h.outcome, coalesce(h.frames_taken, k.taken, 0) AS frames_allocated,
       coalesce(h.frames_returned, k.returned, 0) AS frames_freed, h.old_frame, h.new_frame, h.change_seq,
       h.mappings_before, coalesce(h.undisturbed, false) AS undisturbed
FROM fault_handling h LEFT JOIN costs k USING (span)
