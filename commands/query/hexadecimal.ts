// Lets statements use addresses as the tables print them: DuckDB has no hexadecimal literals.

/** Strings, quoted names and comments, which are left alone, or a hexadecimal number. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\b0x([0-9a-f]+)\b/gi;

/** The statement with every 0x… written in decimal. */
export function decimalLiterals(sql: string): string {
  return sql.replace(token, (text, digits?: string) =>
    digits === undefined ? text : BigInt(`0x${digits}`).toString(),
  );
}
