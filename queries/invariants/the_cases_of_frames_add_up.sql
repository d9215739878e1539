-- title:    the cases of frames add up
-- rule:     The readings of free frames that the program frames took agree with each other in each of its four
--           cases.
-- why:      They say what fork, a write to a shared page and wait cost: nothing more and nothing less.
-- needs:    frame_case_results
-- severity: error
-- hint:     The two readings enclose the step that took or lost frames; look at the frames allocated between them.
-- except:   The cost of a write is judged only where fork was seen to share a frame.
-- judged:   SELECT count(*) FROM frame_case_results WHERE applies
-- skipped:  SELECT count(*) FROM frame_case_results WHERE NOT applies
SELECT cycle, hart, pid, NULL AS frame, pc,
       CASE WHEN difference = 0 THEN printf('case %d: v%d is %d, but v%d is %d; they must be equal', case_number,
                                            "first", first_frames, "second", second_frames)
            ELSE printf('case %d: v%d is %d and v%d is %d; the difference must be %d, not %d', case_number, "first",
                        first_frames, "second", second_frames, difference, first_frames - second_frames) END AS message
FROM frame_case_results WHERE applies AND NOT holds
ORDER BY cycle
