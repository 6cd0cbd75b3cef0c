const bytes = (column: string) => `length(CAST(${column} AS BLOB))`;
const noise = (column: string, from = 1, less = 0) =>
  `substr(hex(randomblob(${bytes(column)})), ${from}, ${bytes(column)} - ${less})`;

/**
 * The SQL that lays noise over texts of rows which are about to go. SQLite leaves what it deletes lying in the file until the space is used
 * again, but writes a row of the same size over the old one. `json`: columns that must stay JSON, of two bytes at least. Copies in
 * indexes stay, so do not name a column by which rows are found afterwards.
 */
export const overwriting = (table: string, columns: readonly string[], where: string, json: readonly string[] = []): string => {
  const sets = [
    ...columns.map((column) => `${column} = iif(typeof(${column}) = 'text', ${noise(column)}, ${column})`),
    ...json.map((column) => `${column} = '"' || ${noise(column, 1, 2)} || '"'`),
  ];
  return `UPDATE ${table} SET ${sets.join(', ')} WHERE ${where}`;
};
