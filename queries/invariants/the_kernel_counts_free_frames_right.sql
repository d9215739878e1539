-- title:    the kernel counts free frames right
-- rule:     What the free-frame count call returns is the length of the free list.
-- why:      Programs judge the kernel by this number.
-- needs:    frame_case_readings
-- severity: error
-- hint:     Compare the call's result with the list itself, also after failed calls.
-- except:   Kernels without the call are not judged.
-- judged:   SELECT count(*) FROM frame_case_readings WHERE by_kernel
SELECT cycle, hart, pid, NULL AS frame, pc,
       printf('case %d, v%d: the kernel says %d free frames, the list has %d', case_number, reading, frames, free_frames)
         AS message
FROM frame_case_readings WHERE by_kernel AND frames <> free_frames
ORDER BY cycle
