import { api } from './api';
import { problemOf } from './problem';

/** One key as the list has it. */
export type KeyRow = Awaited<ReturnType<typeof api.keys.list.query>>[number];
/** What a new key is to be. */
export type KeyForm = Omit<Parameters<typeof api.keys.issue.mutate>[0], 'id'>;

/** The keys of the API, as Settings show them. */
export class KeyDesk {
  #rows: readonly KeyRow[] | null = $state.raw(null);
  #hasFailed = $state(false);

  /** null until they are here. */
  get rows() { return this.#rows; } // prettier-ignore
  /** The latest look did not work; what is shown is older. */
  get hasFailed() { return this.#hasFailed; } // prettier-ignore

  async refresh(): Promise<void> {
    try {
      this.#rows = await api.keys.list.query();
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
  }

  /** The new key, which is never told again; or what is wrong, in words. `id`: of this wish, the same for each try. */
  async issue(id: string, form: KeyForm): Promise<{ key: string } | { problem: string }> {
    try {
      const { key } = await api.keys.issue.mutate({ id, ...form });
      void this.refresh();
      return { key };
    } catch (error) {
      return { problem: problemOf(error).words };
    }
  }

  /** What is wrong, in words; null = it opens nothing any more. */
  async revoke(id: string): Promise<string | null> {
    try {
      await api.keys.revoke.mutate({ id });
      await this.refresh();
      return null;
    } catch (error) {
      return problemOf(error).words;
    }
  }
}
