/** The ids of all conversations that were ever published here: objects cannot be listed, so whoever wants to go over all of them asks this. */
export class Registry {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec('CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY) WITHOUT ROWID');
  }

  /** Writes a row for a new one, nothing for a known one. */
  add(id: string): void {
    this.#sql.exec('INSERT OR IGNORE INTO conversation (id) VALUES (?)', id);
  }

  forget(id: string): void {
    this.#sql.exec('DELETE FROM conversation WHERE id = ?', id);
  }

  /** The next ids in their order. */
  after(id: string, limit: number): string[] {
    const rows = this.#sql.exec<{ id: string }>('SELECT id FROM conversation WHERE id > ? ORDER BY id LIMIT ?', id, limit);
    return rows.toArray().map((row) => row.id);
  }
}
