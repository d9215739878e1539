-- title:    only whole frames are freed
-- rule:     What is given to the free function is the address of a frame in the machine's memory.
-- why:      An address inside a frame, or outside of memory, names no frame: the wrong one would be freed, or
--           counted.
-- needs:    kfree, run_facts
-- optional: frame_free
-- severity: error
-- breaks:   frames
-- hint:     Where does the caller have this address from: a page-table entry, or an address that a program chose?
-- except:   none
-- judged:   SELECT count(*) FROM kfree
-- suspects: SELECT (SELECT count(*) FROM kfree WHERE (frame & 4095) <> 0) +
--           coalesce(((SELECT min(frame) FROM kfree) < (SELECT max(value::UBIGINT) FROM run_facts
--           WHERE key = 'ram_base'))::INTEGER, 0) + coalesce(((SELECT max(frame) FROM kfree) >=
--           (SELECT max(value::UBIGINT) FROM run_facts WHERE key = 'ram_end'))::INTEGER, 0)
-- lacking:  frames came on the free list, and the free function was not seen to be called
-- expected: SELECT count(*) FROM frame_free
WITH memory AS (
  SELECT max(value::UBIGINT) FILTER (key = 'ram_base') AS lowest, max(value::UBIGINT) FILTER (key = 'ram_end') AS upper
  FROM run_facts WHERE key IN ('ram_base', 'ram_end')
)
SELECT k.cycle, k.hart, k.pid, k.frame, k.pc, k.call_site,
       CASE WHEN (k.frame & 4095) <> 0
              THEN printf('the free function got 0x%x, which is 0x%x bytes into a frame', k.frame, k.frame & 4095)
            ELSE printf('the free function got 0x%x, where there is no memory', k.frame) END AS message
FROM kfree k CROSS JOIN memory r
WHERE (k.frame & 4095) <> 0 OR coalesce(k.frame < r.lowest OR k.frame >= r.upper, false)
ORDER BY k.cycle
