-- title:    the free list changes under a lock
-- rule:     A frame is taken from the free list, or put there, with a lock held.
-- why:      Two harts that take the first frame at once both get it.
-- needs:    frame_alloc, frame_free, lock
-- severity: error
-- breaks:   nothing
-- hint:     Looking at the head of the list and storing the new one are one step.
-- except:   Boot, and lists that are kept by atomic instructions. Not judged where no locks were found, nor where
--           frames come from an allocator of blocks, whose lists nobody sees: no frame is known to be free there.
-- judged:   SELECT (SELECT count(*) FROM frame_alloc WHERE free_frames > 0 AND EXISTS (SELECT * FROM lock)) + (SELECT
--           count(*) FROM frame_free WHERE free_frames > 0 AND EXISTS (SELECT * FROM lock))
-- suspects: SELECT (SELECT count(*) FROM frame_alloc WHERE locks = 0 AND pid <> 0) + (SELECT count(*) FROM frame_free
--           WHERE locks = 0 AND pid <> 0)
WITH changes AS (
  SELECT seq, cycle, hart, pid, frame, pc, call_site, 'taken from' AS what FROM frame_alloc
  WHERE locks = 0 AND pid <> 0
  UNION ALL
  SELECT seq, cycle, hart, pid, frame, pc, call_site, 'put on' FROM frame_free WHERE locks = 0 AND pid <> 0
)
SELECT min(cycle) AS cycle, min_by(hart, seq) AS hart, min_by(pid, seq) AS pid, min_by(frame, seq) AS frame, pc,
       min_by(call_site, seq) AS call_site, [pc]::UBIGINT[] AS sites,
       printf('frame 0x%x was %s the free list with no lock held (%d such change(s) here)', min_by(frame, seq), what,
              count(*)) AS message
FROM changes WHERE (SELECT count(*) FROM lock) > 0 GROUP BY pc, what
ORDER BY cycle
