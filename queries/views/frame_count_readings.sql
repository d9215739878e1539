-- name:  frame_count_readings
-- doc:   Readings that the kernel's free-frame call (number 1000) gave, with whether the list had that length at
--        some moment of the call or until the reading was marked: other harts may change the list meanwhile.
-- needs: frame_case_readings, syscall, free_frames
-- candidates: SELECT count(*) FROM marker
WITH calls AS (
  SELECT pid, seq FROM syscall WHERE phase = 'enter' AND number = 1000
), readings AS (
  SELECT r.*, c.seq AS call_seq
  FROM (SELECT * FROM frame_case_readings WHERE by_kernel) r ASOF LEFT JOIN calls c ON r.pid = c.pid AND r.seq > c.seq
), before_call AS (
  SELECT r.seq, f.free_frames AS listed FROM readings r ASOF JOIN free_frames f ON r.call_seq > f.seq
), lengths AS (
  SELECT * FROM before_call
  UNION ALL
  SELECT r.seq, f.free_frames FROM readings r JOIN free_frames f ON f.seq > r.call_seq AND f.seq < r.seq
  UNION ALL
  SELECT seq, free_frames FROM readings
)
SELECT r.*, r.frames IN (SELECT l.listed FROM lengths l WHERE l.seq = r.seq) AS right_then FROM readings r
