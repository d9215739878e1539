-- title:    who frees a frame took its count to zero
-- rule:     Whoever puts a frame on the free list has itself taken the last reference from its count.
-- why:      A count that is looked at when the lock is given back may have been changed by another hart: two see zero
--           then, and both free the frame.
-- needs:    early_frees, frame_free, refcount_change, kfree
-- severity: error
-- breaks:   frames
-- hint:     At which count does it free? And from lowering the count to deciding by it, nobody else may change it: what
--           does the decision look at, and is the lock held then?
-- except:   Not judged where a kernel frees most frames otherwise than by taking their count to zero, nor where the
--           one who frees did not lower the count. A frame that the allocator keeps beside its list comes there when
--           another is freed.
-- judged:   SELECT count(*) FROM frame_free WHERE EXISTS (SELECT * FROM refcount_change)
-- suspects: SELECT count(*) FROM early_frees
WITH given AS (
  SELECT e.*, k.frame AS given FROM early_frees e ASOF JOIN kfree k ON e.span = k.span AND e.seq > k.seq
), early AS (
  SELECT * FROM given WHERE (given >> 12) << 12 = frame
), others AS (
  SELECT e.seq, min_by(r.pid, r.seq) AS pid, min(r.cycle) AS cycle
  FROM early e JOIN refcount_change r ON r.frame = e.frame AND r.span <> e.span AND r.seq > e.count_seq
  WHERE r.after <= 0 AND r.after < r.before
  GROUP BY e.seq
)
SELECT e.cycle, e.count_cycle AS since, e.hart, e.pid, e.frame, e.pc, e.call_site,
       -- Where the count is lowered is where it is looked at, be it a function that everybody calls.
       [e.count_pc, e.count_call_site, e.pc]::UBIGINT[] AS sites, true AS blames_as_listed,
       CASE WHEN o.pid IS NULL AND e.count > 0
            THEN printf('frame 0x%x was put on the free list with a count of %d, to which the same kernel entry had '
                        || 'lowered it (cycle %d)', e.frame, e.count, e.count_cycle)
            ELSE printf('frame 0x%x was put on the free list by whoever had taken its count to %d (cycle %d)%s',
                        e.frame, e.count, e.count_cycle, CASE WHEN o.pid IS NULL THEN ''
                          ELSE printf('; process %d took it to zero at cycle %d', o.pid, o.cycle) END) END AS message
FROM early e LEFT JOIN others o USING (seq)
ORDER BY e.seq
