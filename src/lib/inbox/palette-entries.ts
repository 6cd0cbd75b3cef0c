import { matchesSearch } from '../domain/search';
import type { Offer } from './commands';

/** A part of the palette, under its heading. */
export type Section = { title: string; offers: Offer[] };

const titles: Record<Offer['group'], string> = {
  Conversation: 'Conversation',
  'Go to': 'Go to',
  List: 'Do',
  Anywhere: 'Do',
};

/** Other words that people look for. */
const also: Partial<Record<Offer['id'], string>> = {
  reply: 'answer',
  snooze: 'later remind postpone',
  ask: 'request hand over',
  latest: 'jump newest bottom end',
  contact: 'customer person profile panel',
  copyLink: 'share address url',
  account: 'profile password passkey sessions',
  help: 'keys help',
  themeSystem: 'colours appearance',
  themeLight: 'colours appearance',
  themeDark: 'colours appearance night',
  singleKeys: 'shortcuts keyboard',
};

/** What ends the work on a conversation is found by how it begins alone: whoever looks for a customer must not end up there. */
const ending = new Set<Offer['id']>(['closeNext', 'pendingNext', 'leave', 'claim', 'signOut']);

/** What of the offers a text finds, in sections; each word of it has to be the beginning of one of theirs. Sections without any are left out. */
export function sectionsOf(offers: readonly Offer[], text: string): Section[] {
  const found = offers.filter(
    ({ id, group, words }) =>
      text.trim() === '' ||
      (ending.has(id) && words.toLowerCase().startsWith(text.trim().toLowerCase())) ||
      (!ending.has(id) &&
        matchesSearch({ name: '', text: `${group === 'Go to' ? group : ''} ${words} ${also[id] ?? ''}` }, text)),
  );
  return ['Conversation', 'Go to', 'Do'].flatMap((title) => {
    const own = found.filter(({ group }) => titles[group] === title);
    return own.length === 0 ? [] : [{ title, offers: own }];
  });
}
