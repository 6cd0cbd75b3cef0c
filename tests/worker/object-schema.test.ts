import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { decide, type Conversation } from '../../src/lib/domain/conversation';
import { ownIdOf, type Message } from '../../src/lib/domain/message';
import { schema } from '../../workers/conversation/schema';
import { Store } from '../../workers/conversation/store';
import { conversationOf } from '../../workers/env';
import { migrate, schemaVersionOf, type ObjectSchema } from '../../workers/object-schema';
import { anInbound, aTarget, policy } from '../fixtures/conversation';
import { idOf } from '../fixtures/summaries';

let n = 0;
/** The storage of an object in which nothing has ever been kept. */
const inNew = <T>(work: (storage: DurableObjectStorage) => T): Promise<T> =>
  runInDurableObject(conversationOf(env, idOf((n += 1))), (_, { storage }) => work(storage));

/** What is kept where, however it came to be; comments, spaces and quotes aside. */
const tablesOf = ({ sql }: DurableObjectStorage): string[] =>
  sql
    .exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
    .toArray()
    .map(({ sql: text }) =>
      text
        .replace(/--.*$/gm, '')
        .replace(/["\s]+/g, ' ')
        .replace(/ ?([(),]) ?/g, '$1')
        .trim(),
    )
    .sort();

test('an object that is new gets what the steps lead to', async () => {
  const { steps } = schema;
  const [stepByStep, atOnce] = await Promise.all(
    [{ steps }, schema].map((of) => inNew((storage) => (migrate(storage, of), tablesOf(storage)))),
  );
  expect(stepByStep?.length).toBeGreaterThan(6);
  expect(atOnce).toEqual(stepByStep);
});

test('looking makes nothing; what is newer than the code is refused; a step that fails leaves all as it was', async () => {
  await inNew((storage) => {
    expect(schemaVersionOf(storage)).toBeNull();
    expect(tablesOf(storage)).toEqual([]);
    const first: ObjectSchema = { steps: ['CREATE TABLE one (a)'] };
    migrate(storage, first);
    migrate(storage, first);
    const before = tablesOf(storage);
    expect(() => migrate(storage, { steps: [...first.steps, 'CREATE TABLE two (a)', 'no SQL'] })).toThrow('syntax error');
    expect(tablesOf(storage)).toEqual(before);
    expect(schemaVersionOf(storage)).toBe(1);
    migrate(storage, { steps: [...first.steps, 'CREATE TABLE two (a)'] });
    expect(() => migrate(storage, first)).toThrow('newer schema (2)');
  });
});

test('what an object of an older shape has kept is there: its state, and messages by ids of our own or by theirs', async () => {
  await inNew((storage) => {
    migrate(storage, { steps: schema.steps.slice(0, 2) });
    storage.sql.exec('INSERT INTO state VALUES (1, ?, 5, 4, 2, 99)', JSON.stringify({ id: '0123456789ab', seq: 5, version: 5 }));
    const own = ['0123456789ab-1', '0123456789ab-2'];
    // The second is as long as an id of our own at its place.
    const given = ['5f1c7d9e-31a0-4f6e-9c55-000000000003', 'campaign-abc-4', '0123456789ab-55'];
    for (const [i, id] of [...own, ...given].entries()) {
      const message: Pick<Message, 'seq' | 'id'> = { seq: i + 1, id };
      storage.sql.exec('INSERT INTO messages VALUES (?, ?, ?, 1, ?)', i + 1, id, `wamid.${i + 1}`, JSON.stringify(message));
    }
    const store = new Store(storage);
    expect(store.conversation()).toEqual({ id: '0123456789ab', seq: 5, version: 5 });
    for (const [i, id] of [...own, ...given].entries()) {
      expect(store.byId(id)).toEqual({ seq: i + 1, id });
      expect(store.byProviderId(`wamid.${i + 1}`)).toEqual({ seq: i + 1, id });
    }
    expect(store.byId('0123456789ab-3')).toBeUndefined();
    expect(store.byId('ba9876543210-1')).toBeUndefined();
    expect(store.directoryKeys()).toHaveLength(10);
    const kept = storage.sql.exec<{ given_id: string }>('SELECT given_id FROM messages WHERE given_id IS NOT NULL ORDER BY seq');
    expect(kept.toArray().map(({ given_id }) => given_id)).toEqual(given);
  });
});

test('the state goes with the last message, but no message keeps the text of another, and what is gone of it is gone', async () => {
  await inNew((storage) => {
    const first = decide(
      { conversation: null, messages: new Store(storage), policy },
      { type: 'receive', target: aTarget(), event: anInbound() },
      1,
    );
    const aState = first.ok ? first.value.conversation : null;
    const aMessage = first.ok ? first.value.messages[0] : undefined;
    if (!aState || !aMessage) throw new Error('nothing was received');
    const store = new Store(storage);
    const texts = () =>
      storage.sql
        .exec<{ became: string | null }>('SELECT became FROM messages ORDER BY seq')
        .toArray()
        .map(({ became }) => became && (/\bsays \d/.exec(became)?.[0] ?? 'no text'));
    let version = 0;
    const says = (fields: Partial<Conversation>, seq: number) => {
      version += 1;
      const conversation = { ...aState, ...fields, seq, version };
      const messages = [{ ...aMessage, id: ownIdOf(aState.id, seq), seq, version, text: conversation.lastMessage.text }];
      store.apply({ conversation, messages, remembered: [], parked: [], unparked: [], effects: [] }, 1);
      store.save();
      expect(new Store(storage).conversation()).toEqual(conversation);
    };
    const lastMessage = (seq: number) => ({ ...aState.lastMessage, seq, text: `says ${seq}` });
    says({ lastMessage: lastMessage(1), aliases: ['lid'] }, 1);
    says({ lastMessage: lastMessage(2), aliases: ['lid'] }, 2);
    says({ lastMessage: lastMessage(3), aliases: ['lid'], unread: 3 }, 3);
    expect(texts()).toEqual([null, 'says 2', 'says 3']);
    // Something of ours, which the row does not show.
    says({ lastMessage: lastMessage(3), aliases: ['lid'] }, 4);
    expect(texts()).toEqual([null, 'says 2', 'says 3', null]);
    says({ lastMessage: lastMessage(3), aliases: ['lid'], unread: 9 }, 5);
    says({ lastMessage: lastMessage(6) }, 6);
    expect(texts()).toEqual([null, 'says 2', 'says 3', null, 'no text', null]);
  });
});
