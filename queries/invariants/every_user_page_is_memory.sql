-- title:    every user page is memory
-- rule:     A user mapping names a frame of the machine's memory, and none that holds the kernel itself.
-- why:      Elsewhere are devices, or nothing; in the kernel a program could change it.
-- needs:    frames, leaf_mappings, run_facts
-- severity: error
-- breaks:   frames
-- hint:     Compare the call that made this mapping with the order of its parameters, and with what they are made
--           from.
-- except:   Not judged where the size of the memory is not known.
-- judged:   SELECT sum(mapped) FROM frames WHERE (SELECT count(*) FROM run_facts WHERE key = 'ram_end') > 0
-- suspects: SELECT count(*) FROM frames WHERE mapped > 0 AND (frame < (SELECT max(value::UBIGINT) FROM run_facts
--           WHERE key IN ('ram_base', 'first_free_frame')) OR frame >= (SELECT max(value::UBIGINT) FROM run_facts
--           WHERE key = 'ram_end'))
WITH memory AS (
  SELECT max(value::UBIGINT) FILTER (key IN ('ram_base', 'first_free_frame')) AS lowest,
         max(value::UBIGINT) FILTER (key = 'ram_end') AS upper
  FROM run_facts WHERE key IN ('ram_base', 'first_free_frame', 'ram_end')
), wrong AS (
  SELECT f.frame FROM frames f CROSS JOIN memory r WHERE f.mapped > 0 AND (f.frame < r.lowest OR f.frame >= r.upper)
)
SELECT min(m.from_cycle) AS cycle, min_by(m.hart, m.from_seq) AS hart, min_by(m.pid, m.from_seq) AS pid,
       min_by(m.frame, m.from_seq) AS frame, min_by(m.pc, m.from_seq) AS pc,
       min_by(m.call_site, m.from_seq) AS call_site,
       printf('the page at 0x%x was mapped to 0x%x, which is no frame the allocator could have given (%d such page(s))',
              min_by(m.va, m.from_seq), min_by(m.frame, m.from_seq), count(*)) AS message
FROM wrong w JOIN leaf_mappings m USING (frame)
GROUP BY m.span ORDER BY cycle
