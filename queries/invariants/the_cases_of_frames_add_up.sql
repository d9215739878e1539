-- title:    the cases of frames add up
-- rule:     The readings of free frames that the program frames took agree with each other in each of its four
--           cases.
-- why:      They say what fork, a write to a shared page and wait cost: nothing more and nothing less.
-- needs:    frame_case_results, frame_case_readings, frames_beside_list, leaf_mappings
-- severity: error
-- follows:  any
-- hint:     The two readings enclose the step that took or lost frames; look at the frames allocated between them.
-- except:   The cost of a write is judged only where fork was seen to share a frame. Frames that the allocator keeps
--           beside its list are free too, whether the kernel's own count has them or not.
-- judged:   SELECT count(*) FROM frame_case_results WHERE applies
-- skipped:  SELECT count(*) FROM frame_case_results WHERE NOT applies
-- suspects: SELECT count(*) FROM frame_case_results WHERE applies AND NOT holds
WITH doubts AS (
  SELECT * FROM frame_case_results WHERE applies AND NOT holds
), kept AS (
  SELECT r.seq, b.frame FROM frame_case_readings r
  JOIN frames_beside_list b ON b.from_seq < r.seq AND b.to_seq > r.seq
  WHERE NOT b.given OR coalesce(b.counted, 0) <= 0
), in_use AS (
  SELECT k.seq, k.frame FROM kept k JOIN leaf_mappings m ON m.frame = k.frame AND m.from_seq < k.seq
  WHERE coalesce(m.to_seq > k.seq, true)
), beside AS (
  SELECT seq, count(*) AS frames FROM kept ANTI JOIN in_use USING (seq, frame) GROUP BY seq
), real AS (
  -- What a kernel counts is its list, as a rule; it may count what it keeps beside the list as well.
  SELECT d.*, d.first_frames - d.second_frames AS listed,
         d.first_frames - d.second_frames + coalesce(a.frames, 0) - coalesce(b.frames, 0) AS free
  FROM doubts d LEFT JOIN beside a ON a.seq = d.first_seq LEFT JOIN beside b ON b.seq = d.seq
)
SELECT cycle, hart, pid, NULL AS frame, pc,
       CASE WHEN difference = 0 THEN printf('case %d: v%d is %d, but v%d is %d; they must be equal', case_number,
                                            "first", first_frames, "second", second_frames)
            ELSE printf('case %d: v%d is %d and v%d is %d; the difference must be %d, not %d', case_number, "first",
                        first_frames, "second", second_frames, difference, listed) END AS message
FROM real WHERE free <> difference
ORDER BY cycle
