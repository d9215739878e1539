-- name:  frame_case_rules
-- doc:   What must hold between two readings of a case: reading `first` minus reading `second` is `difference`.
--        about: balance (fork to wait, on every kernel), still (nothing happened in between) or write (a write to a
--        shared page takes one frame: only where fork shares).
SELECT * FROM (VALUES
  (1, 1, 4, 0, 'balance'), (1, 2, 3, 0, 'still'),
  (2, 1, 5, 0, 'balance'), (2, 2, 3, 0, 'still'), (2, 3, 4, 0, 'still'),
  (3, 1, 6, 0, 'balance'), (3, 2, 3, 0, 'still'), (3, 3, 4, 0, 'still'), (3, 4, 5, 1, 'write'),
  (4, 1, 7, 0, 'balance'), (4, 2, 3, 1, 'write'), (4, 3, 4, 0, 'still'), (4, 4, 5, 0, 'still'), (4, 5, 6, 1, 'write')
) rules(case_number, "first", "second", difference, about)
