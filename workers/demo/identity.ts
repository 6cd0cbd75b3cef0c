import type { DemoProvider } from './channels';
import type { IdMaker } from './timeline';

/** Which message of its conversation an id is of. */
type Place = { way: 'in' | 'out'; number: number } | { way: 'campaign' };

const partOf = (place: Place): string => (place.way === 'campaign' ? place.way : `${place.way}${place.number}`);

/** Telegram counts the messages of a chat: those of the demo stay far below the ones that come later. */
function countOf(place: Place): number {
  if (place.way === 'campaign') return 99;
  return 100 + 2 * place.number + (place.way === 'out' ? 1 : 0);
}

/** How provider message ids look, so that the demo's are taken for nothing else. */
const shapes: Record<DemoProvider, (index: number, place: Place, address: string) => string> = {
  whatsapp: (index, place) => `wamid.DEMO${index}${partOf(place)}`,
  messenger: (index, place) => `m_demo${index}${partOf(place)}`,
  telegram: (_index, place, address) => `${address}:${countOf(place)}`,
  webhook: (index, place) => `demo-${index}-${partOf(place)}`,
};

/** Ids of conversation number `index`, with that address: the same on every run, different everywhere else. */
export function identities(provider: DemoProvider, index: number, address: string): IdMaker & { campaign(): string } {
  const idOf = (place: Place): string => shapes[provider](index, place, address);
  let events = 0;
  let messages = 0;
  let sends = 0;
  return {
    event: () => idOf({ way: 'in', number: ++events }),
    message: () => uuidOf(index, ++messages),
    provider: () => idOf({ way: 'out', number: ++sends }),
    campaign: () => idOf({ way: 'campaign' }),
  };
}

/** A well-formed UUID (version 8: made by our own rule) out of two numbers. */
function uuidOf(index: number, message: number): string {
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
  return `de300000-0000-8000-8000-${hex(index, 6)}${hex(message, 6)}`;
}
