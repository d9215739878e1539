-- title:    fork takes fewer frames than without copy-on-write
-- rule:     In each case of frames, fork takes fewer frames than in the baseline run.
-- why:      That is what copy-on-write is for.
-- needs:    fork_costs
-- severity: error
-- hint:     Look at what fork allocates for the child beside its page table.
-- except:   Judged only with a baseline: a run of frames on a kernel whose fork copies.
-- judged:   SELECT count(*) FROM fork_costs
-- suspects: SELECT count(*) FROM fork_costs
SELECT cycle, hart, pid, NULL AS frame, pc,
       printf('case %d: fork took %d frames (v1-v2), and %d without copy-on-write', case_number, cost, baseline_cost)
         AS message
FROM fork_costs
WHERE cost >= baseline_cost
ORDER BY cycle
