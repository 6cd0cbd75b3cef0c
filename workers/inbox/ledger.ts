type Row = { id: string; version: number };
type Note = { rows: Map<string, number>; done: PromiseWithResolvers<void> };

/** So long a row may wait for the database before it is noted, with all others that wait then. */
const NOTE_AFTER_MS = 50;

/** What the ledger needs of the world. */
export type LedgerDeps = {
  sql: SqlStorage;
  /** Runs something once after a while. */
  later: (run: () => void, afterMs: number) => void;
  now: () => number;
  /** Something has been noted: if the hub dies now, its alarm has to look after it. */
  noted: () => void;
};

/**
 * The ids of rows that the hub has answered for and not written yet, on its disk, so that it asks for them again when it has died, or the
 * database has failed. Many share one written row; what is written before it need be noted costs none.
 */
export class Ledger {
  readonly #deps: LedgerDeps;
  /** What is noted and not written: up to which version it has to be, and the stored row that has its id. */
  readonly #open = new Map<string, { version: number; no: number }>();
  /** By the number of the stored row: how many of its ids are open, and since when. One without any is written over. */
  readonly #notes = new Map<number, { open: number; at: number }>();
  readonly #free: number[] = [];
  #next: Note | null = null;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    deps.sql.exec('CREATE TABLE IF NOT EXISTS unwritten (no INTEGER PRIMARY KEY, ids TEXT NOT NULL) STRICT');
    for (const { no, ids } of deps.sql.exec<{ no: number; ids: string }>('SELECT no, ids FROM unwritten')) {
      const known: string[] = JSON.parse(ids);
      this.#keep(
        no,
        known.map((id) => ({ id, version: 0 })),
        -Infinity,
      );
    }
  }

  /** Resolves when the row is `written`, or noted: from then on the hub sees to it. Rejects with the write's error when it was neither. */
  async safe(row: Row, written: Promise<void>): Promise<void> {
    const note = this.#noteOf(row);
    const settled = written.catch((error: unknown) => {
      this.#leave(note, row);
      throw error;
    });
    await Promise.race([settled, note.done.promise]);
  }

  /** The read model has this version of it, or a later one. */
  written(row: Row): void {
    if (this.#next) this.#leave(this.#next, row);
    if ((this.#open.get(row.id)?.version ?? Infinity) <= row.version) this.#close(row.id);
  }

  /** Nothing of it has to be written any more. */
  forget(id: string): void {
    this.#next?.rows.delete(id);
    this.#close(id);
  }

  /** What was noted so long ago, and is not written. */
  overdue(olderThanMs: number): string[] {
    const until = this.#deps.now() - olderThanMs;
    return [...this.#open].filter(([, { no }]) => (this.#notes.get(no)?.at ?? until) <= until).map(([id]) => id);
  }

  /** All that is not known to be written. */
  open(): string[] {
    return [...new Set([...this.#open.keys(), ...(this.#next?.rows.keys() ?? [])])];
  }

  /** Takes the notes off the disk when all of them are done; false when there is something left. */
  clear(): boolean {
    if (this.#open.size > 0) return false;
    if (this.#notes.size > 0) this.#deps.sql.exec('DELETE FROM unwritten');
    this.#notes.clear();
    this.#free.length = 0;
    return true;
  }

  #close(id: string): void {
    const { no } = this.#open.get(id) ?? {};
    this.#open.delete(id);
    const note = no === undefined ? undefined : this.#notes.get(no);
    if (no === undefined || !note) return;
    note.open -= 1;
    if (note.open === 0) this.#free.push(no);
  }

  #keep(no: number, rows: readonly Row[], at: number): void {
    // What an earlier note has as well is open there.
    const fresh = rows.filter(({ id }) => !this.#open.has(id));
    this.#notes.set(no, { open: fresh.length, at });
    for (const { id, version } of fresh) this.#open.set(id, { version, no });
    if (fresh.length === 0) this.#free.push(no);
  }

  #noteOf({ id, version }: Row): Note {
    if (!this.#next) {
      const next: Note = { rows: new Map(), done: Promise.withResolvers() };
      this.#next = next;
      this.#deps.later(() => {
        if (this.#next === next) this.#write(next);
      }, NOTE_AFTER_MS);
    }
    const { rows } = this.#next;
    rows.set(id, Math.max(version, rows.get(id) ?? 0));
    return this.#next;
  }

  /** When nobody is left on it, whoever comes next waits from then on. */
  #leave(note: Note, { id, version }: Row): void {
    if ((note.rows.get(id) ?? Infinity) <= version) note.rows.delete(id);
    if (note.rows.size === 0 && this.#next === note) this.#next = null;
  }

  #write(note: Note): void {
    this.#next = null;
    const rows = [...note.rows].map(([id, version]) => ({ id, version }));
    const fresh = rows.filter(({ id }) => !this.#open.has(id));
    // Whose id is on the disk already is asked for whatever there is of it.
    for (const { id, version } of rows) {
      const open = this.#open.get(id);
      if (open) open.version = Math.max(open.version, version);
    }
    if (fresh.length > 0) {
      const no = this.#free.pop() ?? this.#notes.size + 1;
      const ids = JSON.stringify(fresh.map(({ id }) => id));
      this.#deps.sql.exec('INSERT OR REPLACE INTO unwritten (no, ids) VALUES (?, ?)', no, ids);
      this.#keep(no, fresh, this.#deps.now());
      this.#deps.noted();
    }
    note.done.resolve();
  }
}
