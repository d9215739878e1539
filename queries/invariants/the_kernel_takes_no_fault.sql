-- title:    the kernel takes no fault
-- rule:     The kernel's own instructions cause no page fault or access fault that ends in a panic,
--           or comes again and again for ever.
-- why:      The kernel used an address that leads nowhere; near 0 it is a null pointer.
-- needs:    trap, panic_calls
-- optional: run_facts, kfree, places
-- severity: error
-- follows:  any
-- hint:     Which value did this instruction use as an address, and which call can return it?
-- except:   A fault that the kernel provides for and survives.
-- judged:   SELECT count(*) FROM trap
-- suspects: SELECT count(*) FROM trap WHERE interrupt = 0 AND from_mode = 1 AND cause IN (1, 5, 7, 12, 13, 15)
WITH faults AS (
  SELECT *, (value >> 16) & 281474976710655 AS upper,
         -- Six bytes alike are no address of anything.
         upper <> 0 AND upper <> 281474976710655 AND upper & 255 = upper >> 40
           AND upper >> 8 = upper & 1099511627775 AS is_junk,
         printf('the kernel %s address 0x%x, where nothing is mapped%s',
                   CASE WHEN cause IN (1, 12) THEN 'jumped to' WHEN cause IN (5, 13) THEN 'read from'
                        ELSE 'wrote to' END,
                   value, CASE WHEN value < 4096 THEN ' (a null pointer)'
                               WHEN is_junk THEN ' (made of what memory is filled with)' ELSE '' END) AS fault
  FROM trap WHERE interrupt = 0 AND from_mode = 1 AND cause IN (1, 5, 7, 12, 13, 15)
), panics AS (
  SELECT f.*, p.sites, p.faulted, ', and panicked: ' || p.text AS outcome
  FROM faults f ASOF JOIN panic_calls p ON f.hart = p.hart AND f.seq < p.seq
  QUALIFY row_number() OVER (PARTITION BY p.seq ORDER BY f.seq DESC) = 1
), freer AS (
  SELECT any_value(pc) AS pc FROM kfree HAVING count(*) > 0
), allocating AS (
  SELECT f.seq FROM faults f JOIN places l ON l.address = f.pc
  JOIN run_facts r ON r.key = 'function_allocate' AND r.value = l."function"
), last_fault AS (
  SELECT hart FROM faults WHERE EXISTS (SELECT * FROM run_facts WHERE key = 'end_reason' AND value = 'hang')
  ORDER BY seq DESC LIMIT 1
), before_that AS (
  -- What the hart trapped for before its kernel took one fault after the other.
  SELECT * FROM trap SEMI JOIN last_fault USING (hart) ANTI JOIN faults USING (seq) ORDER BY seq DESC LIMIT 1
), hangs AS (
  SELECT f.*, NULL::UBIGINT[] AS sites, false AS faulted,
         ', and its way into traps faults too, without end'
         || CASE WHEN b.from_mode = 0 AND b.cause IN (1, 12) AND b.interrupt = 0
                   THEN printf('; the program had gone on at 0x%x, where it has nothing', b.pc) ELSE '' END AS outcome
  FROM faults f SEMI JOIN last_fault USING (hart) LEFT JOIN before_that b ON true
  WHERE f.seq > coalesce(b.seq, 0) ORDER BY f.seq LIMIT 1
)
SELECT cycle, hart, pid, NULL AS frame, pc,
       -- A link of the free list that was filled over: by who puts frames there, or, with what xv6 fills frames with
       -- that are handed out, by who took this one before.
       CASE WHEN is_junk AND seq IN (FROM allocating)
              THEN CASE WHEN value & 255 = 5 THEN [pc, (SELECT pc FROM freer)] ELSE [(SELECT pc FROM freer), pc] END
            WHEN faulted THEN sites ELSE [pc] END AS sites,
       is_junk AND seq IN (FROM allocating) AS blames_as_listed,
       fault || outcome AS message
FROM (SELECT * FROM panics UNION ALL SELECT * FROM hangs)
ORDER BY cycle
