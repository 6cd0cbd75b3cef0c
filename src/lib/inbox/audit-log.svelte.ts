import type { AuditFilters } from '../domain/audit';
import { api, isAborted } from './api';

export type AuditRow = Awaited<ReturnType<typeof api.audit.list.query>>['items'][number];
export type Actor = Awaited<ReturnType<typeof api.audit.actors.query>>[number];

/** The acts of one view, page by page. */
export class AuditLog {
  /** null until they are here. */
  rows: readonly AuditRow[] | null = $state.raw(null);
  hasFailed = $state(false);
  isLoadingMore = $state(false);
  /** The last try for older ones came to nothing. */
  hasMoreFailed = $state(false);
  nextCursor: string | null = $state(null);
  /** null until they are here. */
  actors: readonly Actor[] | null = $state.raw(null);
  #asked: AbortController | null = null;

  /** The first page. What is there stays until the new one is. */
  async load(filters: AuditFilters): Promise<void> {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    try {
      const page = await api.audit.list.query(filters, { signal: asked.signal });
      this.rows = page.items;
      this.nextCursor = page.nextCursor;
      this.hasFailed = false;
    } catch (error) {
      if (isAborted(error)) return;
      this.rows = null;
      this.hasFailed = true;
    }
  }

  async more(filters: AuditFilters): Promise<void> {
    const cursor = this.nextCursor;
    if (cursor === null || this.isLoadingMore) return;
    const asked = this.#asked;
    this.isLoadingMore = true;
    this.hasMoreFailed = false;
    try {
      const page = await api.audit.list.query({ ...filters, cursor });
      // Another view may have come meanwhile.
      if (asked !== this.#asked) return;
      this.rows = [...(this.rows ?? []), ...page.items];
      this.nextCursor = page.nextCursor;
    } catch {
      this.hasMoreFailed = true;
    } finally {
      this.isLoadingMore = false;
    }
  }

  async loadActors(): Promise<void> {
    try {
      this.actors = await api.audit.actors.query();
    } catch {
      // Acts say who did them by themselves.
      this.actors = [];
    }
  }
}
