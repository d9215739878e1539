-- title:    counts change under a common lock
-- rule:     All changes of the count of a frame that has several owners are made with one lock held, or by atomic
--           instructions.
-- why:      Two harts that change a count at once, each from the value that it has read, lose one of the changes.
-- needs:    refcount_change, count_changes, count_convention, lock, point_states
-- severity: error
-- breaks:   nothing
-- hint:     From reading the count to storing it, and to what is decided by it, nobody else may change it.
-- except:   A frame with a single owner: nobody else can know it. Not judged where no locks were found. Locks that are
--           none of the known ones, as those of processes, count as one and the same.
-- judged:   SELECT sum(changes) FROM count_changes WHERE highest - (SELECT extra FROM count_convention) > 1 AND
--           EXISTS (SELECT * FROM lock)
-- suspects: SELECT (coalesce(bit_and(locks), 1) = 0)::INTEGER FROM count_changes WHERE
--           highest - (SELECT extra FROM count_convention) > 1
-- lacking:  processes share frames, and no reference count of one was seen to change
-- expected: SELECT sum(points) FROM point_states WHERE mappings > 1 AND EXISTS (SELECT * FROM lock)
WITH another AS (
  SELECT 1 << 30 AS lock
), changes AS (
  SELECT r.*, r.locks & ~another.lock AS named FROM refcount_change r CROSS JOIN another CROSS JOIN count_convention v
  WHERE r.pid <> 0 AND greatest(r.before, r.after) - v.extra > 1
    AND (SELECT count(*) FROM lock) > 0
), places AS (
  SELECT bit_and(named) AS always, count(*) AS changes, bool_or(after > before) AS rises FROM changes GROUP BY pc
), held AS (
  SELECT l.number, l.name, sum(p.changes) AS changes, bool_or(p.rises) AS rises, count(*) OVER () = 1 AS is_only
  FROM places p JOIN lock l ON (p.always >> l.number) & 1 = 1 GROUP BY ALL
), usual AS (
  -- The lock for counts: what changes them takes it each time, and not only where its caller has happened to take it.
  -- Half of the changes are enough for the only such lock, if counts rise with it: wait holds one where they fall.
  SELECT number, name, changes FROM held
  WHERE 2 * changes > (SELECT count(*) FROM changes) OR (is_only AND rises)
  ORDER BY changes DESC, number LIMIT 1
), judged AS (
  SELECT c.*, u.name AS usual, u.changes AS others,
         CASE WHEN u.number IS NOT NULL THEN (c.locks >> u.number) & 1 = 0 ELSE c.named = 0 END AS is_bare
  FROM changes c LEFT JOIN usual u ON true
), frames AS (
  -- Those who hold none of the locks that others hold are to blame; without such, all are.
  SELECT frame, bool_or(named = 0) AS bare, bool_or(named <> 0) AS known FROM changes
  GROUP BY frame HAVING bit_and(locks) = 0
), bare_places AS (
  -- Where the lock is never held it is up to the place to take it, be it in a function that all call; where it is at
  -- times, up to who calls it. In a kernel that counts without a lock mostly, a caller's lock was for something else.
  SELECT pc, bool_and(is_bare) OR any_value(m.mostly_bare) AS bare, bool_or(is_bare) AND NOT bare AS leaves_it
  FROM judged CROSS JOIN (SELECT 2 * count(*) FILTER (is_bare) > count(*) AS mostly_bare FROM judged) m GROUP BY pc
), wrong AS (
  SELECT c.*, p.bare, p.leaves_it, CASE WHEN p.bare THEN 0 ELSE c.call_site END AS caller
  FROM judged c JOIN frames f USING (frame) JOIN bare_places p USING (pc)
  WHERE CASE WHEN c.usual IS NOT NULL OR (f.bare AND f.known) THEN c.is_bare ELSE NOT f.bare OR c.locks = 0 END
)
SELECT min(cycle) AS cycle, min_by(hart, seq) AS hart, min_by(pid, seq) AS pid, min_by(frame, seq) AS frame, pc,
       min_by(call_site, seq) AS call_site,
       CASE WHEN any_value(leaves_it) THEN [min_by(call_site, seq), pc]::UBIGINT[]
            ELSE [pc, min_by(call_site, seq)]::UBIGINT[] END AS sites,
       any_value(usual) IS NOT NULL OR any_value(bare) AS blames_as_listed,
       printf('the count of frame 0x%x was changed from %d to %d %s (%d such change(s) here)', min_by(frame, seq),
              min_by(before, seq), min_by(after, seq),
              CASE WHEN any_value(usual) IS NOT NULL THEN printf('without %s, which is held at %d other(s)',
                                                                 any_value(usual), any_value(others)::BIGINT)
                   WHEN max(locks) = 0 THEN 'with no lock held'
                   WHEN max(named) = 0 THEN 'with no lock that keeps others from changing it'
                   ELSE 'with a lock that not all hold who change it' END, count(*))
         AS message
FROM wrong GROUP BY pc, caller
ORDER BY cycle
