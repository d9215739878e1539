-- title:    no translation is stale in user mode
-- rule:     Between taking something back in a page table and going on with its program, a hart executes sfence.vma.
-- why:      Its TLB may still have the old entry: the program then writes to a frame that is shared, or no more its
--           own.
-- needs:    trap_return, pte_write
-- severity: error
-- hint:     Look for the fence on the way back to user mode, on every hart that the process can run on.
-- except:   The machine never uses an old entry; what could happen elsewhere is judged from the order of events.
-- judged:   SELECT count(*) FROM trap_return WHERE to_mode = 0
-- suspects: SELECT count(*) FROM trap_return WHERE to_mode = 0 AND stale = 1
WITH stale AS (
  SELECT * FROM trap_return WHERE to_mode = 0 AND stale = 1
), narrowed AS (
  SELECT * FROM pte_write WHERE (before & 1) = 1 AND ((before & ~after & 31) <> 0 OR (before >> 10) <> (after >> 10))
), first_return AS (
  SELECT n.*, s.cycle AS return_cycle, s.hart AS return_hart
  FROM stale s ASOF JOIN narrowed n ON s.root = n.root AND s.seq > n.seq
  QUALIFY row_number() OVER (PARTITION BY n.pc, n.call_site ORDER BY s.seq) = 1
)
SELECT cycle, hart, pid, frame_of(before) AS frame, pc, call_site,
       printf('the entry for 0x%x was narrowed here, and hart %d went on in user mode at cycle %d without sfence.vma',
              va, return_hart, return_cycle) AS message
FROM first_return
ORDER BY cycle
