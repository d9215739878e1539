-- name:  fault_handlers
-- doc:   Where those are called from that change page tables for page faults, as far as no other kernel entry calls
--        them from that function: what looks at the address of a fault. changes: how often.
-- needs: pte_write, kernel_span, location
WITH calls AS (
  SELECT w.call_site, coalesce(k.cause = 'page_fault', false) AS by_fault, count(*) AS changes
  FROM pte_write w LEFT JOIN kernel_span k ON k.id = w.span
  WHERE w.call_site <> 0 GROUP BY ALL
), named AS (
  SELECT c.*, l."function" AS caller FROM calls c JOIN location l ON l.address = c.call_site
)
SELECT call_site, sum(changes)::BIGINT AS changes FROM named
WHERE by_fault AND caller NOT IN (SELECT caller FROM named WHERE NOT by_fault)
GROUP BY call_site
