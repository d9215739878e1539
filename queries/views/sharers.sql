-- name:  sharers
-- doc:   Who maps a frame and when: user mappings with the process whose page table holds them (null when unknown).
--        Sharers of a frame at a moment: WHERE frame = f AND from_seq <= s AND (to_seq IS NULL OR to_seq > s).
-- needs: leaf_mappings, address_spaces
SELECT m.frame, s.pid, s.name, m.root, m.va, m.from_seq, m.to_seq, m.from_cycle, m.to_cycle,
       m.readable, m.writable, m.executable
FROM leaf_mappings m ASOF LEFT JOIN address_spaces s ON m.root = s.root AND m.from_seq >= s.from_seq
