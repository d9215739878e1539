-- name:  panic_calls
-- doc:   Each panic with the calls under way, innermost first, as addresses (sites): from the function that called
--        panic, or, where the kernel had taken a trap of its own, from the one that this interrupted (faulted). A
--        function that calls itself is there once.
--        fault: what it did then, in words. without_memory: the last thing that the kernel entry had asked the
--        allocator for was not to be had. pc and call_site are the first two of the sites: panic's own say nothing.
-- needs: panic
-- optional: panic_call, kalloc, trap, places
-- materialized: yes
-- candidates: SELECT count(*) FROM panic
WITH under_way AS (
  SELECT p.seq, c.depth, c.call_site, CASE c.call_site WHEN 0 THEN c.pc ELSE c.call_site END AS site
  FROM panic p JOIN panic_call c ON c.hart = p.hart AND c.cycle = p.cycle
), distinct_calls AS (
  SELECT u.* FROM under_way u LEFT JOIN places l ON l.address = u.site
  QUALIFY coalesce(l."function" <> lag(l."function") OVER (PARTITION BY u.seq ORDER BY u.depth), true)
    OR u.call_site = 0
), calls AS (
  SELECT seq, list(site ORDER BY depth) AS sites,
         CASE WHEN min(first_trap) IS NOT NULL THEN count(*) FILTER (depth < first_trap) END AS interrupted
  FROM (SELECT *, min(depth) FILTER (call_site = 0) OVER (PARTITION BY seq) AS first_trap FROM distinct_calls)
  GROUP BY seq
), asked AS (
  SELECT p.seq, max_by(k.frame, k.seq) = 0 AS without_memory
  FROM panic p JOIN kalloc k ON k.span = p.span AND k.seq < p.seq GROUP BY p.seq
), faults AS (
  SELECT seq, hart, printf('%s address 0x%x%s', CASE WHEN cause IN (1, 12) THEN 'jumped to'
                           WHEN cause IN (5, 13) THEN 'read from' ELSE 'wrote to' END,
                           value, CASE WHEN value < 4096 THEN ' (a null pointer)' ELSE '' END) AS fault
  FROM trap WHERE interrupt = 0 AND from_mode = 1 AND cause IN (1, 5, 7, 12, 13, 15)
), known AS (
  SELECT p.*, c.interrupted IS NOT NULL AS faulted, coalesce(a.without_memory, false) AS without_memory,
         CASE WHEN c.sites IS NULL THEN [p.call_site]
              WHEN c.interrupted IS NOT NULL THEN c.sites[c.interrupted + 1:]
              ELSE c.sites END AS sites
  FROM panic p LEFT JOIN calls c USING (seq) LEFT JOIN asked a USING (seq)
)
SELECT k.* REPLACE (k.sites[1] AS pc, k.sites[2] AS call_site), CASE WHEN k.faulted THEN f.fault END AS fault
FROM known k ASOF LEFT JOIN faults f ON k.hart = f.hart AND k.seq > f.seq
