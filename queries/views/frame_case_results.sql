-- name:  frame_case_results
-- doc:   Each rule applied to each run of its case, where both readings are there. applies is false for the cost of
--        a write on a kernel whose fork never shared a frame.
-- needs: frame_case_rules, frame_case_readings, point_states
-- candidates: SELECT count(*) FROM marker
WITH sharing AS (
  SELECT count(*) > 0 AS seen FROM point_states WHERE mappings > 1
)
SELECT r.*, a.frames AS first_frames, b.frames AS second_frames, a.seq AS first_seq,
       b.seq, b.cycle, b.hart, b.pid, b.pc,
       r.about <> 'write' OR s.seen AS applies,
       a.frames - b.frames = r.difference AS holds
FROM frame_case_rules r
JOIN frame_case_readings a ON a.case_number = r.case_number AND a.reading = r."first"
JOIN frame_case_readings b ON b.start_seq = a.start_seq AND b.reading = r."second"
CROSS JOIN sharing s
