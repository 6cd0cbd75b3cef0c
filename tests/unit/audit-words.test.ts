import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditArea } from '../../src/lib/domain/audit';
import { isWorded, sentenceOf, wordsOf, type WordedAct } from '../../src/lib/domain/audit-words';
import { Permission } from '../../src/lib/domain/role';

const wording = { nameOf: (id: string) => (id === 'ben' ? 'Ben Okafor' : null), timeOf: (at: number) => `time ${at}` };
const act = (action: string, details: WordedAct['details'] = {}, subject: Partial<WordedAct['subject']> = {}): WordedAct => ({
  action,
  details,
  subject: { type: 'conversation', id: 'p1', title: 'Nia', isKnown: true, ...subject },
});

/** Everything that the code records: each literal of an action, and those of campaigns, which are put together. */
function recorded(): string[] {
  const files = ['src', 'workers']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((name) => /\.(ts|svelte)$/.test(name))
    // What providers call their own events, and the words themselves.
    .filter((name) => !/^(src\/lib\/providers|workers\/simulator)\/|audit-words/.test(name));
  const areas = AuditArea.options.join('|');
  const found = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    const literals = [...source.matchAll(new RegExp(`'((?:${areas})\\.[A-Za-z_]+)'`, 'g'))].map((match) => match[1]);
    const named = [...source.matchAll(/\baction: '([a-z]+\.[A-Za-z_]+)'/g)].map((match) => match[1]);
    const campaigns = /campaign/.test(file)
      ? [...source.matchAll(/\bact: '[A-Za-z]+', name: '([a-z_]+)'|entryOf\([^()]*(?:\(\))?[^()]*?, '([a-z_]+)', /g)]
      : [];
    return [...literals, ...named, ...campaigns.map((match) => `campaign.${match[1] ?? match[2]}`)];
  });
  const permissions: readonly string[] = Permission.options;
  return [...new Set(found)].filter((name): name is string => name !== undefined && !permissions.includes(name)).sort();
}

describe('every act that is recorded', () => {
  test('is found', () => {
    const some = [
      'ticket.changed',
      'channel.rotated',
      'person.erased',
      'people.imported',
      'campaign.created',
      'campaign.sent_back',
    ];
    const more = ['campaign.not_started', 'campaign.started', 'campaign.removed', 'campaign.duplicated', 'segment.made'];
    expect(recorded()).toEqual(expect.arrayContaining([...some, ...more]));
  });

  test.each(recorded())('%s has a sentence, and a kind to be filtered by', (action) => {
    expect(isWorded(action)).toBe(true);
    expect(AuditArea.options).toContain(action.slice(0, action.indexOf('.')));
  });
});

describe('an act in words', () => {
  test.each<[WordedAct, string]>([
    [act('ticket.changed', { from: 'new', to: 'pending' }), 'changed the ticket of Nia from New to Pending'],
    [
      act('conversation.closed', { from: 'new', to: 'closed' }),
      'closed the conversation with Nia, the ticket from New to Closed',
    ],
    [
      act('conversation.closed', { from: 'pending', to: 'pending' }),
      'closed the conversation with Nia, the ticket stays Pending',
    ],
    [act('ticket.snoozed', { from: 'new', until: 5 }), 'snoozed the conversation with Nia until time 5'],
    [act('ticket.snoozed'), 'snoozed the conversation with Nia'],
    [act('ticket.unsnoozed'), 'ended the snooze of Nia; the ticket stays Pending'],
    [act('conversation.takenOver', { from: 'ben' }), 'took the conversation with Nia over from Ben Okafor'],
    [act('conversation.takenOver', { from: 'gone' }), 'took the conversation with Nia over from a colleague'],
    [act('person.updated', { renamed: true, properties: 'city vip' }), 'changed Nia: its name, city, vip'],
    [act('person.updated', { renamed: false, properties: '' }), 'changed Nia'],
    [act('campaign.scheduled', { at: 5 }), 'scheduled the campaign Nia for time 5'],
    [act('campaign.changed', { from: 'approved' }), 'changed the campaign Nia, which has to be approved again'],
    [act('people.imported', { made: 1_200, changed: 1, failed: 1 }), 'imported people: 1,200 new, 1 changed, 1 row not taken'],
    [act('people.exported', { count: 1 }), 'exported 1 person'],
    [act('user.signed_in', { method: 'passkey', knownDevice: false }), 'signed in with passkey, on a new device'],
    [act('user.invited', { role: 'agent' }), 'invited somebody as Agent'],
    [act('nobody.knows'), 'did “nobody.knows”'],
  ])('%#', (one, words) => {
    expect(sentenceOf(one, wording)).toBe(words);
  });

  test('says of somebody erased that they are, and nothing else', () => {
    const gone = { title: null, isKnown: false };
    expect(sentenceOf(act('ticket.changed', { from: 'new', to: 'closed' }, gone), wording)).toBe(
      'changed the ticket of somebody who was erased from New to Closed',
    );
    // A name that is there all the same does not get into it.
    expect(sentenceOf(act('person.erased'), wording)).toBe('erased a person for good');
  });

  test('calls what has no name by its kind, and keys by themselves', () => {
    const of = (type: string, isKnown: boolean) =>
      wordsOf(act('ticket.changed', {}, { type, title: null, isKnown }), wording).subject;
    expect(of('conversation', true)).toBe('a customer');
    expect(of('campaign', false)).toBe('a campaign that is gone');
    expect(of('property', false)).toBe('p1');
  });

  test('never throws, whatever the details are', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const key = fc.constantFrom('from', 'to', 'at', 'count', 'role', 'settings', 'name', 'made', 'template');
    fc.assert(
      fc.property(fc.constantFrom(...recorded()), fc.dictionary(key, value), (action, details) => {
        expect(sentenceOf(act(action, details), wording)).not.toMatch(/undefined|null|NaN|\[object/);
      }),
    );
  });
});
