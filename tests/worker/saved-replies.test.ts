import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_REPLIES } from '../../src/lib/domain/saved-reply';
import * as auditLog from '../../src/lib/server/db/audit-log';
import { database } from '../../src/lib/server/db/client';
import { appRouter } from '../../src/lib/server/trpc/router';
import { RejectionError } from '../../src/lib/server/trpc/errors';
import { ORIGIN } from './front-door';

const db = database(env.DB);
const callerOf = (id: string, role: 'admin' | 'agent', name: string) =>
  appRouter.createCaller({ env, user: { id, name, email: `${id}@parley.test`, role, sessionId: 's' }, origin: ORIGIN }).replies;
const alex = callerOf('alex', 'admin', 'Alex Moreau');
const bea = callerOf('bea', 'admin', 'Bea Costa');
const ana = callerOf('ana', 'agent', 'Ana Lima');

const words = (name: string, text = 'Hi {{firstName|there}}') => ({ name, text });
const adding = (name: string, text?: string) => ({ id: crypto.randomUUID(), version: null, ...words(name, text) });
/** What a save was refused with. */
async function refusalOf(call: Promise<unknown>) {
  const error: unknown = await call.then(() => null, (thrown: unknown) => thrown); // prettier-ignore
  if (!(error instanceof Error) || !(error.cause instanceof RejectionError)) throw new Error('It was not refused');
  return { words: error.message, ...error.cause.rejection };
}
const acts = async (id: string) =>
  (await db.selectFrom('audit').selectAll().where('subject_id', '=', id).orderBy('at').orderBy('action').execute()).map(
    ({ action, actor_name, details }) => [action, actor_name, details],
  );

beforeEach(async () => {
  await env.DB.exec('DELETE FROM saved_replies');
});

describe('adding a reply', () => {
  test('twice adds one, which everybody who answers customers has, and is noted once without its words', async () => {
    const one = adding(' Greeting ', 'Hi {{firstName|there}} \n');
    expect([await alex.save(one), await alex.save(one)]).toEqual([{ version: 1 }, { version: 1 }]);
    const { id } = one;
    expect(await ana.list()).toEqual([
      { id, name: 'Greeting', text: 'Hi {{firstName|there}}', used: 0, version: 1, updatedAt: expect.any(Number), updatedBy: 'Alex Moreau' },
    ]); // prettier-ignore
    expect(await acts(id)).toEqual([['reply.added', 'Alex Moreau', '{}']]);
    const page = await auditLog.list(db, { subjects: [id] }, { after: null, limit: 5 });
    expect(page[0]?.subject).toMatchObject({ title: 'Greeting', href: '/settings/replies' });
  });

  test('under a name that is taken, however it is spelled, says so and changes nothing', async () => {
    await alex.save(adding('Grüße'));
    expect(await refusalOf(bea.save(adding('GRUSSE')))).toMatchObject({
      reason: 'reply_taken',
      words: 'There is a saved reply “Grüße” already.',
    });
    expect(await ana.list()).toHaveLength(1);
  });

  test('late, after somebody has changed it, leaves that alone and says who it was', async () => {
    const one = adding('Greeting');
    await alex.save(one);
    await bea.save({ id: one.id, version: 1, ...words('Greeting', 'Hello') });
    expect(await refusalOf(alex.save(one))).toMatchObject({ reason: 'reply_changed', version: 2, by: 'Bea Costa' });
    expect(await ana.list()).toMatchObject([{ text: 'Hello', version: 2 }]);
  });

  test('is refused once there are as many as there may be', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO saved_replies SELECT 'id' || i, 'N' || i, 'n' || i, 'T', 0, 1, 1, 1, 'Alex' FROM n`,
    )
      .bind(MAX_REPLIES - 1)
      .run();
    await alex.save(adding('The last one'));
    const one = adding('One too many');
    expect(await refusalOf(alex.save(one))).toMatchObject({ reason: 'reply_limit', words: expect.stringContaining('500') });
    expect([(await ana.list()).length, await acts(one.id)]).toEqual([MAX_REPLIES, []]);
  });

  test('two at once under one name: one is there', async () => {
    const results = await Promise.allSettled([alex.save(adding('Same')), bea.save(adding('Same'))]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await ana.list()).toHaveLength(1);
  });

  test.each([
    ['without a name', words(' '), 'Give it a name.'],
    ['without a text', words('A', ' \n'), 'Write what it says.'],
    ['with a placeholder that there is not', words('A', 'Hi {{nmae}}'), /There is no placeholder {{nmae}}/],
    ['that is too long', words('A', 'x'.repeat(2_001)), 'The text is 1 character too long.'],
  ])('%s is refused in words', async (_, wrong, said) => {
    const refusal = await refusalOf(alex.save({ id: crypto.randomUUID(), version: null, ...wrong }));
    expect(refusal).toMatchObject({ reason: 'bad_reply', words: expect.stringMatching(said) });
    expect(await ana.list()).toEqual([]);
  });
});

describe('changing a reply', () => {
  test('twice changes it once', async () => {
    const { id } = await added('Greeting');
    const change = { id, version: 1, ...words('Welcome', 'Hello {{name}}') };
    expect([await bea.save(change), await bea.save(change)]).toEqual([{ version: 2 }, { version: 2 }]);
    expect(await ana.list()).toMatchObject([{ name: 'Welcome', text: 'Hello {{name}}', version: 2, updatedBy: 'Bea Costa' }]);
    expect(await acts(id)).toEqual([
      ['reply.added', 'Alex Moreau', '{}'],
      ['reply.changed', 'Bea Costa', '{}'],
    ]);
  });

  test('that somebody else was quicker to change says who; saved over theirs it is taken', async () => {
    const { id } = await added('Greeting');
    await bea.save({ id, version: 1, ...words('Greeting', 'Hers') });
    const refusal = await refusalOf(alex.save({ id, version: 1, ...words('Greeting', 'His') }));
    expect(refusal).toMatchObject({ reason: 'reply_changed', version: 2, words: 'Bea Costa has changed this reply meanwhile.' });
    expect(await ana.list()).toMatchObject([{ text: 'Hers' }]);
    await alex.save({ id, version: 2, ...words('Greeting', 'His') });
    expect(await ana.list()).toMatchObject([{ text: 'His', version: 3 }]);
  });

  test('to its own name in another spelling is one, to that of another is not', async () => {
    const { id } = await added('Greeting');
    await added('Refund');
    expect(await alex.save({ id, version: 1, ...words('GREETING') })).toEqual({ version: 2 });
    expect(await refusalOf(alex.save({ id, version: 2, ...words('refund') }))).toMatchObject({
      reason: 'reply_taken',
      name: 'Refund',
    });
  });

  test('that was removed meanwhile says so, and does not bring it back', async () => {
    const { id } = await added('Greeting');
    await bea.remove({ id });
    expect(await refusalOf(alex.save({ id, version: 1, ...words('Greeting', 'His') }))).toMatchObject({ reason: 'reply_gone' });
    expect(await ana.list()).toEqual([]);
  });
});

test('removing twice removes once; what is removed is called nothing in the audit', async () => {
  const { id } = await added('Greeting');
  expect([await alex.remove({ id }), await alex.remove({ id })]).toEqual([{}, {}]);
  expect(await ana.list()).toEqual([]);
  expect(await acts(id)).toEqual([
    ['reply.added', 'Alex Moreau', '{}'],
    ['reply.removed', 'Alex Moreau', '{}'],
  ]);
  const page = await auditLog.list(db, { subjects: [id] }, { after: null, limit: 5 });
  expect(page.map(({ subject }) => [subject.title, subject.isKnown])).toEqual([[null, false], [null, false]]); // prettier-ignore
});

test('a use is counted, leaves the version alone, and of what is not there is nothing', async () => {
  const { id } = await added('Greeting');
  await ana.used({ id });
  await ana.used({ id });
  expect(await ana.used({ id: crypto.randomUUID() })).toEqual({});
  expect(await ana.list()).toMatchObject([{ used: 2, version: 1 }]);
  await alex.save({ id, version: 1, ...words('Greeting', 'Hello') });
  expect(await ana.list()).toMatchObject([{ used: 2, version: 2 }]);
});

test('agents use replies and do not write them', async () => {
  const { id } = await added('Greeting');
  await expect(ana.save(adding('Mine'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(ana.remove({ id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await ana.list()).toHaveLength(1);
});

async function added(name: string): Promise<{ id: string }> {
  const one = adding(name);
  await alex.save(one);
  return one;
}
