-- title:    fork takes fewer frames than without copy-on-write
-- rule:     In each case of frames, fork takes fewer frames than in the baseline run.
-- why:      That is what copy-on-write is for.
-- needs:    frame_case_readings, baseline_marker
-- severity: error
-- hint:     Look at what fork allocates for the child beside its page table.
-- except:   Judged only with a baseline: a run of frames on a kernel whose fork copies.
-- judged:   SELECT count(*) FROM baseline_marker WHERE id > 100
WITH here AS (
  SELECT a.case_number, a.frames - b.frames AS cost, b.cycle, b.hart, b.pid, b.pc
  FROM frame_case_readings a JOIN frame_case_readings b ON b.start_seq = a.start_seq
  WHERE a.reading = 1 AND b.reading = 2
), baseline_starts AS (
  SELECT id - 100 AS case_number, seq FROM baseline_marker WHERE id > 100
), baseline_readings AS (
  SELECT s.case_number, m.id, CASE WHEN m.value >= 4294967295 THEN m.free_frames::BIGINT ELSE m.value::BIGINT END AS frames
  FROM (SELECT * FROM baseline_marker WHERE id < 100) m ASOF JOIN baseline_starts s ON m.seq > s.seq
), baseline AS (
  SELECT case_number, min(frames) FILTER (id = 1) - min(frames) FILTER (id = 2) AS cost
  FROM baseline_readings GROUP BY case_number
)
SELECT h.cycle, h.hart, h.pid, NULL AS frame, h.pc,
       printf('case %d: fork took %d frames (v1-v2), and %d without copy-on-write', h.case_number, h.cost, b.cost) AS message
FROM here h JOIN baseline b USING (case_number)
WHERE h.cost >= b.cost
ORDER BY h.cycle
