-- title:    memory that runs out is no panic
-- rule:     When the allocator has nothing to give, the call fails or the process ends, and the kernel goes on.
-- why:      Any program can use up the memory; it must not stop the others with that.
-- needs:    panic_calls, kalloc
-- optional: places, run_facts, left_in_tables
-- severity: error
-- hint:     Who asked for the frame, and what can it tell its own caller?
-- except:   What the kernel needs while it boots. A panic in the free function is about what it was given.
-- judged:   SELECT count(*) FROM kalloc WHERE frame = 0 AND pid <> 0
-- suspects: SELECT count(*) FROM panic_calls WHERE without_memory AND pid <> 0
WITH refused AS (
  SELECT p.seq, max(k.cycle) AS cycle FROM panic_calls p JOIN kalloc k ON k.span = p.span AND k.seq < p.seq
  WHERE k.frame = 0 GROUP BY p.seq
), freeing AS (
  SELECT s.seq FROM (SELECT seq, unnest(sites) AS address FROM panic_calls) s JOIN places l USING (address)
  JOIN run_facts f ON f.key = 'function_free' AND f.value = l."function"
)
SELECT p.cycle, r.cycle AS since, p.hart, p.pid, NULL AS frame, p.pc, p.call_site,
       CASE WHEN l.call_site > 0 THEN [l.call_site] || p.sites ELSE p.sites END AS sites,
       printf('there was no frame left, and the kernel %spanicked: %s%s', coalesce(p.fault || ' and ', ''), p.text,
              CASE WHEN l.seq IS NULL THEN ''
                   ELSE printf('; the page at 0x%x was still in the table that was freed', l.va) END) AS message
FROM panic_calls p JOIN refused r USING (seq) LEFT JOIN left_in_tables l USING (seq)
ANTI JOIN freeing USING (seq)
WHERE p.without_memory AND p.pid <> 0
ORDER BY p.cycle
