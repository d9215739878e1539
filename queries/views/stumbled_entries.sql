-- name:  stumbled_entries
-- doc:   One row for each panic in a function that changes entries of page tables. for_many: functions of several
--        names call it, so that it does what it is told. Where that is known, the page that it had come to (root, va):
--        the one behind the last that the same call changed, or that of the fault which was handled, or, where the
--        call takes pages away and has not begun, the first that another entry had taken away. And what had been done
--        to its entry (at_cycle, valid: it was mapped, pc, call_site): the last change, if it left the entry empty
--        (frame: what was there); else who last unmapped the page beside it in a space of the same program that went
--        on, and so left this one (beside_cycle), or else who mapped it. Null where the entry was never changed, or by
--        this call.
-- needs: panic_calls, pte_write, places, address_spaces, page_table
-- optional: page_fault
-- candidates: SELECT count(*) FROM panic
WITH writers AS (
  SELECT l."function", count(DISTINCT c."function") > 1 AS for_many, bool_or(w.after & 1 = 0) AS takes_away
  FROM (SELECT DISTINCT pc, call_site, after & 1 AS after FROM pte_write WHERE level = 0) w
  JOIN places l ON l.address = w.pc LEFT JOIN places c ON c.address = w.call_site
  GROUP BY l."function"
), inside AS (
  SELECT p.seq, p.span, p.call_site, w."function", w.for_many, w.takes_away
  FROM panic_calls p JOIN places l ON l.address = p.pc JOIN writers w ON w."function" = l."function"
  WHERE NOT p.faulted
), last_change AS (
  SELECT i.seq, max_by(w.root, w.seq) AS root, max_by(w.va, w.seq) + 4096 AS va
  FROM inside i JOIN pte_write w ON w.span = i.span AND w.call_site = i.call_site AND w.seq < i.seq
  JOIN places l ON l.address = w.pc AND l."function" = i."function"
  WHERE w.level = 0 GROUP BY i.seq
), last_root AS (
  SELECT i.seq, i.span, max_by(w.root, w.seq) AS root FROM inside i ANTI JOIN last_change USING (seq)
  JOIN pte_write w ON w.span = i.span AND w.seq < i.seq
  WHERE i.takes_away AND w.level = 0 GROUP BY i.seq, i.span
), gone AS (
  SELECT seq, any_value(root) AS root, min(va) FILTER (after & 1 = 0 AND before & 17 = 17 AND by_span <> span) AS va
  FROM (
    SELECT r.seq, r.span, r.root, w.va, w.span AS by_span, w.after, w.before
    FROM last_root r LEFT JOIN pte_write w ON w.root = r.root AND w.level = 0 AND w.seq < r.seq
    QUALIFY row_number() OVER (PARTITION BY r.seq, w.va ORDER BY w.seq DESC) = 1
  ) GROUP BY seq
), reached AS (
  SELECT i.*, coalesce(c.root, f.root, g.root) AS root, coalesce(c.va, f.va >> 12 << 12, g.va) AS va
  FROM inside i LEFT JOIN last_change c USING (seq) LEFT JOIN page_fault f ON f.span = i.span
  LEFT JOIN gone g ON g.seq = i.seq
), changed AS (
  SELECT r.seq, w.cycle, w.span, w.pc, w.call_site, w.after & 1 = 1 AS valid,
         frame_of(w.before) AS frame
  FROM reached r JOIN pte_write w ON w.root = r.root AND w.va = r.va AND w.level = 0 AND w.seq < r.seq
  WHERE w.before & 1 <> w.after & 1
  QUALIFY row_number() OVER (PARTITION BY r.seq ORDER BY w.seq DESC) = 1
), spaces AS (
  SELECT r.seq, r.span, r.call_site, r.va, s.root, s.from_seq, s.to_seq
  FROM (
    SELECT r.*, s.image FROM reached r ASOF JOIN address_spaces s ON r.root = s.root AND r.seq >= s.from_seq
  ) r JOIN address_spaces s USING (image)
), beside AS (
  SELECT s.seq, w.cycle, w.pc, w.call_site FROM spaces s JOIN pte_write w
    ON w.root = s.root AND w.seq > s.from_seq AND w.seq < least(s.seq, s.to_seq)
  ANTI JOIN (SELECT span, root FROM page_table WHERE action = 'retired') t ON t.span = w.span AND t.root = w.root
  WHERE w.level = 0 AND w.before & 1 = 1 AND w.after & 1 = 0 AND (w.va = s.va + 4096 OR w.va + 4096 = s.va)
    AND NOT (w.span = s.span AND w.call_site = s.call_site)
  QUALIFY row_number() OVER (PARTITION BY s.seq ORDER BY w.seq DESC) = 1
), known AS (
  SELECT r.seq, r.for_many, r.root, r.va, c.valid, c.cycle AS at_cycle, c.pc, c.call_site,
         CASE WHEN NOT c.valid THEN c.frame END AS frame
  FROM reached r LEFT JOIN changed c ON c.seq = r.seq AND NOT (c.span = r.span AND c.call_site = r.call_site)
)
SELECT k.seq AS panic_seq, k.for_many, k.root, k.va, k.valid, k.at_cycle, k.frame,
       CASE WHEN k.valid AND b.seq IS NOT NULL THEN b.pc ELSE k.pc END AS pc,
       CASE WHEN k.valid AND b.seq IS NOT NULL THEN b.call_site ELSE k.call_site END AS call_site,
       CASE WHEN k.valid THEN b.cycle END AS beside_cycle
FROM known k LEFT JOIN beside b USING (seq)
