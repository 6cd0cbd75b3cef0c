import { createContext } from 'svelte';
import type { PeopleFacts } from './people-facts.svelte';
import type { PeopleList } from './people-list.svelte';
import type { Segments } from './segments.svelte';

/** What all pages of People share, so that who comes back from a person finds the list as it was. */
export type PeopleScope = {
  facts: PeopleFacts;
  segments: Segments;
  list: PeopleList;
  /** The list as it was last seen. */ backHref: string;
};

export const [getPeople, setPeople] = createContext<PeopleScope>();
