-- name:  frame_case_readings
-- doc:   Readings v1, v2, ... of each case that the program `frames` ran: marker 100+k begins case k, marker n is
--        the reading v_n of the number of free frames. On a kernel without a call for it (the reading is all ones)
--        our own count serves, where the free list was found. start_seq tells several runs of a case apart.
-- needs: marker
-- materialized: yes
WITH starts AS (
  SELECT id - 100 AS case_number, seq AS start_seq FROM marker WHERE id BETWEEN 101 AND 199
), readings AS (
  SELECT m.*, s.case_number, s.start_seq
  FROM (SELECT * FROM marker WHERE id BETWEEN 1 AND 99) m ASOF JOIN starts s ON m.seq > s.start_seq
)
SELECT case_number, start_seq, id AS reading, seq, cycle, hart, pid, span, pc,
       CASE WHEN value >= 4294967295 THEN free_frames::BIGINT ELSE value::BIGINT END AS frames,
       value < 4294967295 AS by_kernel, free_frames
FROM readings
WHERE value < 4294967295 OR (SELECT max(free_frames) > 0 FROM marker)
QUALIFY row_number() OVER (PARTITION BY start_seq, id ORDER BY seq) = 1
