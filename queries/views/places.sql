-- name:  places
-- doc:   What is known of each address that any row names: function, file and line, once.
-- needs: location
SELECT address, any_value("function") AS "function", any_value(file) AS file, any_value(line) AS line
FROM location GROUP BY address
