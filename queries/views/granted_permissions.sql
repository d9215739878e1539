-- name:  granted_permissions
-- doc:   What the program may do with a page by what exec left there, or whatever first mapped an unmapped page
--        later (sbrk, a lazy heap): read 2, write 4, execute 8, added up over the spaces of an image. A page that a
--        fault brought in may be written, since a heap's first page can be a read-only page of zeros.
-- needs: page_permissions
-- materialized: yes
SELECT DISTINCT image, va, granted AS permissions FROM page_permissions WHERE granted IS NOT NULL
