-- title:    no page table is left behind
-- rule:     The page table that exec has replaced, or whose process was reaped, is freed with the pages in it.
-- why:      Nobody else knows of it: the frames that it maps stay in use for ever, and count as shared.
-- needs:    address_spaces, page_table, process, kernel_span
-- severity: error
-- breaks:   frames
-- hint:     Who frees the old page table, and which ways through exec and wait get there?
-- except:   Where no page table was freed in the whole run, or the entry that should do it was cut off.
-- judged:   SELECT count(*) FROM address_spaces WHERE left_seq IS NOT NULL
-- suspects: SELECT count(*) FROM address_spaces WHERE left_seq IS NOT NULL AND to_seq = 18446744073709551615
SELECT e.cycle, e.hart, a.pid, a.root::UBIGINT AS frame, e.pc,
       CASE WHEN a.replaced_seq IS NULL
              THEN printf('wait reaped process %d, and its page table, with root 0x%x, was never freed', a.pid, a.root)
            ELSE printf('exec gave process %d another page table; the old one, with root 0x%x, was never freed', a.pid,
                        a.root) END AS message
FROM address_spaces a JOIN process e ON e.seq = a.left_seq JOIN kernel_span k ON k.id = e.span AND k.finished = 1
ANTI JOIN (SELECT seq, root FROM process WHERE action = 'exec') kept ON kept.seq = a.replaced_seq AND kept.root = a.root
WHERE a.to_seq = 18446744073709551615
  AND EXISTS (SELECT * FROM page_table WHERE action = 'retired' AND "table" = root)
ORDER BY a.left_seq
