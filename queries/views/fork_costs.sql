-- name:  fork_costs
-- doc:   What fork took (v1-v2) in each case of frames, here and in the baseline run. Cases that both ran, and whose
--        frames both could count.
-- needs: frame_case_readings, baseline_marker
-- candidates: SELECT least((SELECT count(*) FROM marker), (SELECT count(*) FROM baseline_marker))
WITH here AS (
  SELECT a.case_number, a.frames - b.frames AS cost, b.cycle, b.hart, b.pid, b.pc
  FROM frame_case_readings a JOIN frame_case_readings b ON b.start_seq = a.start_seq
  WHERE a.reading = 1 AND b.reading = 2
), starts AS (
  SELECT id - 100 AS case_number, seq FROM baseline_marker WHERE id BETWEEN 101 AND 199
), readings AS (
  SELECT s.case_number, m.id,
         CASE WHEN m.value >= 4294967295 THEN m.free_frames::BIGINT ELSE m.value::BIGINT END AS frames
  FROM (SELECT * FROM baseline_marker WHERE id BETWEEN 1 AND 99) m ASOF JOIN starts s ON m.seq > s.seq
  WHERE m.value < 4294967295 OR (SELECT max(free_frames) > 0 FROM baseline_marker)
), baseline AS (
  SELECT case_number, min(frames) FILTER (id = 1) - min(frames) FILTER (id = 2) AS cost
  FROM readings GROUP BY case_number
)
SELECT h.*, b.cost AS baseline_cost FROM here h JOIN baseline b USING (case_number)
