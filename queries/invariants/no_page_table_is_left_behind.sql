-- title:    no page table is left behind
-- rule:     The page table that exec has replaced, or whose process was reaped, is freed with the pages in it.
-- why:      Nobody else knows of it: the frames that it maps stay in use for ever, and count as shared.
-- needs:    address_spaces, page_table, process, kernel_span, trap_return, frame_free, run_facts
-- severity: error
-- breaks:   frames
-- hint:     Who frees the old page table, and which ways through exec and wait get there?
-- except:   Where nothing tells when a table is freed, or the entry that should do it was cut off; a root that another
--           process has as well, as threads do, that a hart still returns to a program with, that goes back to the
--           free list, or that was not seen to become a page table.
-- judged:   SELECT count(*) FROM address_spaces WHERE left_seq IS NOT NULL
-- suspects: SELECT count(*) FROM address_spaces WHERE left_seq IS NOT NULL AND to_seq = 18446744073709551615
SELECT e.cycle, e.hart, a.pid, a.root::UBIGINT AS frame, e.pc,
       CASE WHEN a.replaced_seq IS NULL
              THEN printf('wait reaped process %d, and its page table, with root 0x%x, was never freed', a.pid, a.root)
            ELSE printf('exec gave process %d another page table; the old one, with root 0x%x, was never freed', a.pid,
                        a.root) END AS message
FROM address_spaces a JOIN process e ON e.seq = a.left_seq JOIN kernel_span k ON k.id = e.span AND k.finished = 1
ANTI JOIN (SELECT seq, root FROM process WHERE action = 'exec') kept ON kept.seq = a.replaced_seq AND kept.root = a.root
ANTI JOIN address_spaces other ON other.root = a.root AND other.pid <> a.pid AND other.space > a.from_seq
ANTI JOIN trap_return r ON r.root = a.root AND r.to_mode = 0 AND r.seq > a.left_seq
ANTI JOIN frame_free f ON f.frame = a.root AND f.seq > a.from_seq
WHERE a.to_seq = 18446744073709551615
  AND EXISTS (SELECT * FROM page_table l WHERE l.action = 'linked' AND l."table" = a.root AND l.seq < a.left_seq)
  AND (EXISTS (SELECT * FROM page_table WHERE action = 'retired' AND "table" = root)
    OR EXISTS (SELECT * FROM run_facts WHERE key = 'function_free_table'))
ORDER BY a.left_seq
