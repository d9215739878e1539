-- name:  frame_case_readings
-- doc:   Readings v1, v2, ... of each case that the program `frames` ran: marker 100+k begins case k, marker n is
--        the reading v_n of the number of free frames. On a kernel without a call for it (a reading is all ones, or
--        all of them are 0) our own count serves, where the free list was found. start_seq tells several runs of a
--        case apart.
-- needs: marker
-- materialized: yes
-- candidates: SELECT count(*) FROM marker
WITH starts AS (
  SELECT id - 100 AS case_number, seq AS start_seq FROM marker WHERE id BETWEEN 101 AND 199
), readings AS (
  SELECT m.*, s.case_number, s.start_seq
  FROM (SELECT * FROM marker WHERE id BETWEEN 1 AND 99) m ASOF JOIN starts s ON m.seq > s.start_seq
), told AS (
  SELECT *, value < 4294967295 AND max(value) OVER () > 0 AS by_kernel FROM readings
)
SELECT case_number, start_seq, id AS reading, seq, cycle, hart, pid, span, pc,
       CASE WHEN by_kernel THEN value::BIGINT ELSE free_frames::BIGINT END AS frames, by_kernel, free_frames
FROM told
WHERE by_kernel OR (SELECT max(free_frames) > 0 FROM marker)
QUALIFY row_number() OVER (PARTITION BY start_seq, id ORDER BY seq) = 1
