-- title:    no access of a program panics the kernel
-- rule:     Whatever a program reads, writes or executes, and whatever address it hands to a system call, the worst
--           that comes of it is the program's end.
-- why:      Programs are not trusted: an address of theirs must be looked at before it is used.
-- needs:    panic_calls, page_fault, syscall, refused_accesses
-- optional: places, lock_panics
-- severity: error
-- follows:  frames
-- hint:     What must be true of the address for what is done with it next, and who makes sure of that? If the page is
--           the program's own, what is done for it on the way to the panic, and in which order?
-- except:   Addresses of system calls are judged where no page can be: at and above 2^38. What goes wrong while the
--           process ends for its fault, as closing its files. That the first process ends for a store which it had a
--           right to: that it was refused is another rule's.
-- judged:   SELECT count(*) FROM page_fault
-- suspects: SELECT count(*) FROM panic_calls
WITH ending AS (
  -- By what xv6 calls it; a panic of its own is about who must not end.
  SELECT c.seq, bool_or(c.depth > 1) AS is_closing FROM (
    SELECT seq, unnest(sites) AS address, generate_subscripts(sites, 1) AS depth FROM panic_calls
  ) c JOIN places l USING (address)
  WHERE l."function" IN ('exit', 'kexit') GROUP BY c.seq
), bad AS (
  SELECT p.*, true AS by_fault, printf('a %s at 0x%x%s', f.access, f.va,
                     CASE WHEN f.va < f.size THEN ', within its memory,' ELSE '' END) AS deed, f.cycle AS since
  FROM panic_calls p JOIN page_fault f ON f.span = p.span AND f.outcome = 'panicked'
  LEFT JOIN ending e ON e.seq = p.seq
  LEFT JOIN refused_accesses r ON r.seq = f.seq AND r.access = 'store'
  WHERE NOT p.without_memory AND NOT (e.seq IS NOT NULL AND (e.is_closing OR coalesce(r.granted, false)))
  UNION ALL
  SELECT p.*, false, printf('%s with the address 0x%x', s.name, greatest(s.argument0, s.argument1)), s.cycle
  FROM panic_calls p JOIN syscall s ON s.span = p.span AND s.phase = 'enter'
  WHERE NOT p.without_memory AND s.number IN (3, 4, 5, 7, 8, 9, 15, 16, 17, 18, 19, 20)
    AND greatest(s.argument0, CASE WHEN s.number IN (5, 7, 8, 16, 19) THEN s.argument1 ELSE 0 END) >= 274877906944
)
SELECT b.cycle, since, hart, pid, NULL AS frame, pc, call_site,
       -- Who checks what it is given is not at fault, but where the trap leads there at once.
       CASE WHEN faulted THEN sites
            WHEN l.extra <> 0 THEN [l.guarded_site] || sites[3:] || sites[2:2]
            WHEN by_fault THEN sites[2:-2] || sites[1:1] || sites[-1:]
            ELSE sites[2:] || sites[1:1] END AS sites,
       printf('while it dealt with %s the kernel %spanicked: %s', deed, coalesce(fault || ' and ', ''), text)
         || coalesce('; ' || l.held, '') AS message
FROM bad b LEFT JOIN lock_panics l USING (seq) ORDER BY b.cycle
