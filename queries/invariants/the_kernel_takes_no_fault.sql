-- title:    the kernel takes no fault
-- rule:     The kernel's own instructions cause no page fault or access fault that ends in a panic.
-- why:      The kernel used an address that leads nowhere; near 0 it is a null pointer.
-- needs:    trap, panic_calls
-- severity: error
-- follows:  any
-- hint:     Which value did this instruction use as an address, and which call can return it?
-- except:   A fault that the kernel provides for and survives.
-- judged:   SELECT count(*) FROM trap
-- suspects: SELECT count(*) FROM trap WHERE interrupt = 0 AND from_mode = 1 AND cause IN (1, 5, 7, 12, 13, 15)
WITH faults AS (
  SELECT * FROM trap WHERE interrupt = 0 AND from_mode = 1 AND cause IN (1, 5, 7, 12, 13, 15)
)
SELECT f.cycle, f.hart, f.pid, NULL AS frame, f.pc,
       CASE WHEN p.faulted THEN p.sites ELSE [f.pc] END AS sites,
       printf('the kernel %s address 0x%x, where nothing is mapped%s, and panicked: %s',
              CASE WHEN f.cause IN (1, 12) THEN 'jumped to' WHEN f.cause IN (5, 13) THEN 'read from'
                   ELSE 'wrote to' END,
              f.value, CASE WHEN f.value < 4096 THEN ' (a null pointer)' ELSE '' END, p.text) AS message
FROM faults f ASOF JOIN panic_calls p ON f.hart = p.hart AND f.seq < p.seq
QUALIFY row_number() OVER (PARTITION BY p.seq ORDER BY f.seq DESC) = 1
ORDER BY cycle
