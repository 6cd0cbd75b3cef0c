import type { ConversationState, Person, PropertyType, PropertyValue } from '../domain/person';
import { ticketStatusNames } from '../domain/ticket';
import { timeAgo } from '../inbox/time-text';
import { dateWords } from './query-words';
import { numberText } from '../domain/number-text';

export const stateNames: Record<ConversationState, string> = {
  active: 'Active',
  inactive: 'Inactive',
  archived: 'Archived',
  none: 'No conversation',
};

export const typeNames: Record<PropertyType, string> = { text: 'Text', number: 'Number', boolean: 'Yes or no', date: 'Date' };

/** What somebody is called who has no name. */
export const nameOf = ({ name }: { name: string }): string => (name === '' ? 'No name' : name);

/** A custom property's value as people read it; null = it is not set. */
export function propertyText(type: PropertyType, value: PropertyValue | undefined): string | null {
  if (value === undefined || value === '') return null;
  switch (type) {
    case 'boolean':
      return value === true ? 'Yes' : 'No';
    case 'date':
      return dateWords(String(value));
    case 'number':
      return numberText(Number(value));
    case 'text':
      return String(value);
  }
}

/** A row in one sentence for those who hear it. `channels` and `properties` in words; `now` in epoch ms. */
export function personLabel(
  person: Person,
  words: { channels: readonly string[]; properties: readonly string[] },
  now: number,
): string {
  return [
    nameOf(person),
    words.channels.length === 0 ? 'no channel' : words.channels.join(', '),
    person.ticketStatus === null ? null : `ticket ${ticketStatusNames[person.ticketStatus]}`,
    stateNames[person.conversationState],
    person.lastReplyAt === null ? null : `last reply ${timeAgo(person.lastReplyAt, now)}`,
    person.lastCampaign === null ? null : `campaign ${person.lastCampaign.name}`,
    ...words.properties,
  ]
    .filter((part) => part !== null)
    .join(', ');
}
