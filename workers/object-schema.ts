const FIND_META = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'";
const FIND_VERSION = "SELECT value FROM meta WHERE key = 'schema_version'";

/** How many steps of its schema an object's storage has had; null when nothing has ever been kept there. Looking makes nothing. */
export function schemaVersionOf({ sql }: DurableObjectStorage): number | null {
  if (sql.exec(FIND_META).toArray().length === 0) return null;
  const [row] = sql.exec<{ value: number }>(FIND_VERSION).toArray();
  return row?.value ?? 0;
}

/** What an object keeps. `steps` is append-only: one that has landed never changes. `whole` is where they lead, for an object that is new. */
export type ObjectSchema = { steps: readonly string[]; whole?: string };

/**
 * Brings an object's storage to the newest schema: all or nothing; and nothing, not even a transaction, when it is there already, because
 * every opening of an object comes by here.
 */
export function migrate(storage: DurableObjectStorage, { steps, whole }: ObjectSchema): void {
  const applied = schemaVersionOf(storage) ?? 0;
  if (applied === steps.length) return;
  if (applied > steps.length) throw new Error(`storage is of a newer schema (${applied}) than this code (${steps.length})`);
  const { sql } = storage;
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID');
    for (const step of applied === 0 && whole !== undefined ? [whole] : steps.slice(applied)) sql.exec(step);
    sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('schema_version', ?)", steps.length);
  });
}
