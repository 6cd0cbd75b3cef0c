import type { PeopleQuery } from '../domain/people-query';
import { problemOf, type Problem } from '../inbox/problem';
import { api } from '../inbox/api';

/** A query with a name. */
export type Segment = { id: string; name: string; query: PeopleQuery };

/** The saved queries, asked for when the page opens and again after each change. */
export class Segments {
  #all: readonly Segment[] | null = $state.raw(null);
  #hasFailed = $state(false);

  /** null until they are here. */
  get all() { return this.#all; } // prettier-ignore
  get hasFailed() { return this.#hasFailed; } // prettier-ignore

  find(id: string | null): Segment | null {
    return this.#all?.find((segment) => segment.id === id) ?? null;
  }

  async load(): Promise<void> {
    try {
      this.#all = await api.segments.list.query();
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
  }

  /** Saves a new one, or what is given of an old one; answers with its id, or with what is wrong. */
  async save(segment: { id?: string; name: string; query: PeopleQuery }): Promise<{ id: string } | Problem> {
    try {
      const { id } = await api.segments.save.mutate(segment);
      await this.load();
      return { id };
    } catch (error) {
      return problemOf(error);
    }
  }

  async remove(id: string): Promise<Problem | null> {
    try {
      await api.segments.remove.mutate({ id });
      await this.load();
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }
}
