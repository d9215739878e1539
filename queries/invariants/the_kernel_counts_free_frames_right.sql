-- title:    the kernel counts free frames right
-- rule:     What the free-frame count call returns is the length of the free list at some moment of the call.
-- why:      Programs judge the kernel by this number.
-- needs:    frame_count_readings
-- severity: error
-- follows:  any
-- hint:     Compare the call's result with the list itself, also after failed calls.
-- except:   Kernels without the call are not judged.
-- judged:   SELECT count(*) FROM frame_count_readings
-- suspects: SELECT count(*) FROM frame_count_readings
SELECT cycle, hart, pid, NULL AS frame, pc,
       printf('case %d, v%d: the kernel says %d free frames, the list has %d',
              case_number, reading, frames, free_frames) AS message
FROM frame_count_readings WHERE NOT right_then
ORDER BY cycle
