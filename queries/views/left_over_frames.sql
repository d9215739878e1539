-- name:  left_over_frames
-- doc:   Frames that are off the free list though nobody has a use for them, asked at three kinds of moments: after
--        a process was reaped (question 'reaped', about it: frames taken for it), after the program's tree has gone
--        ('program': frames taken in its time), and at the end of the trace ('end': frames that users once mapped; a
--        trace with a horizon has no end to ask at). A frame has a use while a user page or a guard page maps it,
--        while it is a page table, while an unfinished kernel entry has it in hand, and while the allocator keeps it
--        beside its list (freed, count gone, not yet given out again; or taken from the list and not yet given out).
--        A frame that the allocator gave from hand to hand without its list is nobody's by the entry that took it, and
--        is not asked about.
-- needs: left_over_doubts, frame_lifetimes, hidden_pages, page_table, frame_spans, kfree, kalloc
-- optional: refcount_change
-- materialized: yes
WITH moments AS (
  SELECT d.question, d.about, d.at_seq, l.* FROM left_over_doubts d JOIN frame_lifetimes l USING (alloc_seq)
), asked AS (
  SELECT * EXCLUDE (mapped_seq, unmapped_seq), CASE WHEN unmapped_seq < at_seq THEN unmapped_seq END AS unmapped_seq
  FROM moments
  WHERE NOT coalesce(mapped_seq < at_seq AND coalesce(unmapped_seq > at_seq, true), false)
), hidden AS (
  -- Guard pages: still mapped, but not for users.
  SELECT DISTINCT a.question, a.frame, a.at_seq
  FROM asked a JOIN hidden_pages g ON frame_of(g.entry) = a.frame
  WHERE g.seq > a.alloc_seq AND g.seq < a.at_seq
), tables AS (
  SELECT a.question, a.frame, a.at_seq FROM asked a JOIN page_table t ON t."table" = a.frame
  WHERE t.seq > a.alloc_seq AND t.seq < a.at_seq
  GROUP BY ALL HAVING max_by(t.action, t.seq) = 'linked'
), busy AS (
  SELECT DISTINCT a.question, a.frame, a.at_seq FROM asked a JOIN frame_spans s USING (frame)
  WHERE s.first_seq > a.alloc_seq AND s.first_seq < a.at_seq AND s.end_seq > a.at_seq
), kept AS (
  SELECT a.question, a.frame, a.at_seq FROM asked a JOIN (
    SELECT frame, seq, true AS freed, 0::BIGINT AS count FROM kfree
    UNION ALL SELECT frame, seq, false, 0 FROM kalloc
    UNION ALL SELECT frame, seq, NULL, after FROM refcount_change
  ) k USING (frame)
  WHERE k.seq >= a.alloc_seq AND k.seq < a.at_seq
  GROUP BY ALL
  HAVING max_by(k.freed, k.seq) FILTER (k.freed IS NOT NULL)
    AND coalesce(max_by(k.count, k.seq) FILTER (k.freed IS NULL), 0) <= 0
)
, passed_on AS (
  -- Not given out by the entry that took it off the list, or given out again since.
  SELECT a.question, a.frame, a.at_seq FROM asked a LEFT JOIN kalloc k
    ON k.frame = a.frame AND k.seq > a.alloc_seq AND k.seq < a.at_seq
  WHERE EXISTS (SELECT * FROM kalloc)
  GROUP BY a.question, a.frame, a.at_seq, a.span HAVING coalesce(max_by(k.span, k.seq) <> a.span, true)
)
SELECT a.*
FROM asked a
ANTI JOIN passed_on USING (question, frame, at_seq)
ANTI JOIN hidden USING (question, frame, at_seq)
ANTI JOIN tables USING (question, frame, at_seq)
ANTI JOIN busy USING (question, frame, at_seq)
ANTI JOIN kept USING (question, frame, at_seq)
