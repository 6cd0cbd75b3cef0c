import type { Person } from '../domain/protocol';

/** The same people without those who left (by id), and with those who came; by name. Somebody may be named who is known already. */
export function withChanges(people: readonly Person[], came: readonly Person[], left: readonly string[]): Person[] {
  const changed = new Set([...came.map(({ id }) => id), ...left]);
  const here = [...people.filter(({ id }) => !changed.has(id)), ...came];
  return here.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
