import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PeopleQuery, isGroup, type Condition } from '../../src/lib/domain/people-query';
import { customId, propertiesOf } from '../../src/lib/people/property';
import { conditionOf, draftOf, isDraftGroup, queryOf, type DraftGroup, type DraftNode } from '../../src/lib/people/query-draft';
import { add, change, conditionsOf, depthOf, move, remove, setCondition, setMatch, wrap } from '../../src/lib/people/query-edit';
import { isSameQuery, peopleQueryString, peopleViewFrom, type PeopleView } from '../../src/lib/people/people-url';
import { sentenceOf } from '../../src/lib/people/query-words';

const properties = propertiesOf({
  system: [
    { property: 'name', label: 'Name', type: 'text' },
    {
      property: 'ticketStatus',
      label: 'Ticket status',
      type: 'choice',
      options: [
        { value: 'new', label: 'New' },
        { value: 'closed', label: 'Closed' },
      ],
    },
    { property: 'lastReplyAt', label: 'Last reply', type: 'date' },
    { property: 'channel', label: 'Channel', type: 'choice', options: [{ value: 'demo-whatsapp', label: 'Shop' }] },
  ],
  custom: [
    { key: 'tier', label: 'Tier', type: 'text' },
    { key: 'value', label: 'Lifetime value', type: 'number' },
    { key: 'vip', label: 'VIP', type: 'boolean' },
    { key: 'born', label: 'Birthday', type: 'date' },
  ],
});

const closed: Condition = { property: 'ticketStatus', op: 'is', value: 'closed' };
const onShop: Condition = { property: 'channel', op: 'is', value: 'demo-whatsapp' };
const ana: Condition = { property: 'name', op: 'contains', value: 'ana' };
const recent: Condition = { property: 'lastReplyAt', op: 'inLast', value: 7 };

/** A tree as a text: `all(a any(b c))`, by property. */
const shapeOf = (node: DraftNode): string =>
  isDraftGroup(node) ? `${node.match}(${node.of.map(shapeOf).join(' ')})` : `${node.property}`;
const keyOf = (root: DraftGroup, property: string): number =>
  conditionsOf(root).find((one) => one.property === property)?.key ?? 0;

const nested: PeopleQuery = { match: 'all', of: [closed, { match: 'any', of: [onShop, ana] }, recent] };

describe('a query being built', () => {
  test('becomes the query that it was made of', () => {
    expect(queryOf(draftOf(nested), properties)).toEqual(nested);
    expect(queryOf(draftOf(null), properties)).toBeNull();
  });

  test('leaves out what is not complete, and groups with nothing else in them', () => {
    const draft = draftOf({ match: 'all', of: [closed, { match: 'any', of: [{ property: 'name', op: 'is', value: '' }] }] });
    expect(queryOf(draft, properties)).toEqual({ match: 'all', of: [closed] });
  });

  test.each<[string, Condition['op'], string, Condition['value'] | 'none' | null]>([
    ['name', 'contains', ' ana ', 'ana'],
    ['name', 'contains', '  ', null],
    ['name', 'isSet', '', 'none'],
    ['name', 'before', 'x', null],
    ['ticketStatus', 'is', 'closed', 'closed'],
    ['ticketStatus', 'is', '', null],
    ['lastReplyAt', 'inLast', '7', 7],
    ['lastReplyAt', 'inLast', '0', null],
    ['lastReplyAt', 'inLast', '1.5', null],
    ['lastReplyAt', 'before', '2026-11-12', '2026-11-12'],
    ['custom.value', 'after', '12.5', 12.5],
    ['custom.value', 'after', 'twelve', null],
    ['custom.vip', 'is', 'true', true],
    ['custom.vip', 'is', 'maybe', null],
    ['custom.gone', 'is', 'x', null],
  ])('%s %s “%s” stands for %s', (property, op, value, expected) => {
    const condition = conditionOf(
      { key: 1, property, op, value },
      properties.find(({ id }) => id === property),
    );
    if (expected === null) expect(condition).toBeNull();
    else expect(condition).toEqual({ property, op, ...(expected !== 'none' && { value: expected }) });
  });

  test('changes one node and keeps all others as they are', () => {
    const root = draftOf(nested);
    const changed = setCondition(root, keyOf(root, 'name'), { value: 'ben' });
    expect(conditionsOf(changed).map(({ value }) => value)).toEqual(['closed', 'demo-whatsapp', 'ben', '7']);
    expect(changed.of[0]).toBe(root.of[0]);
    expect(change(root, 9_999, () => ({ key: 0, match: 'any', of: [] }))).toBe(root);
    expect(setMatch(root, root.key, 'any').match).toBe('any');
  });

  test('the focus goes on to what is new, to what follows what is gone, else to what stands before', () => {
    const root = draftOf(nested);
    const added = add(root, root.key, { key: 99, property: 'name', op: 'is', value: '' });
    expect(added.focus).toBe(99);
    expect(remove(root, keyOf(root, 'ticketStatus')).focus).toBe(keyOf(root, 'channel'));
    expect(remove(root, keyOf(root, 'lastReplyAt')).focus).toBe(keyOf(root, 'name'));
    const single = draftOf({ match: 'all', of: [closed] });
    expect(remove(single, keyOf(single, 'ticketStatus'))).toEqual({ root: { ...single, of: [] }, focus: null });
  });

  test('a group goes with the last condition in it, and by itself with all of them', () => {
    const root = draftOf({ match: 'all', of: [closed, { match: 'any', of: [ana] }] });
    expect(shapeOf(remove(root, keyOf(root, 'name')).root)).toBe('all(ticketStatus)');
    const group = root.of[1];
    expect(group && shapeOf(remove(root, group.key).root)).toBe('all(ticketStatus)');
  });

  test('a condition put in a group of its own asks for the other of all and any', () => {
    const root = draftOf(nested);
    const { root: wrapped, focus } = wrap(root, keyOf(root, 'ticketStatus'), 77);
    expect(shapeOf(wrapped)).toBe('all(any(ticketStatus) any(channel name) lastReplyAt)');
    expect(focus).toBe(keyOf(root, 'ticketStatus'));
  });

  test.each<[string, 1 | -1, string]>([
    ['ticketStatus', -1, 'all(ticketStatus any(channel name) lastReplyAt)'],
    ['ticketStatus', 1, 'all(any(ticketStatus channel name) lastReplyAt)'],
    ['channel', 1, 'all(ticketStatus any(name channel) lastReplyAt)'],
    ['channel', -1, 'all(ticketStatus channel any(name) lastReplyAt)'],
    ['name', 1, 'all(ticketStatus any(channel) name lastReplyAt)'],
    ['lastReplyAt', -1, 'all(ticketStatus any(channel name lastReplyAt))'],
    ['lastReplyAt', 1, 'all(ticketStatus any(channel name) lastReplyAt)'],
  ])('%s moved by %i: %s', (property, by, expected) => {
    const root = draftOf(nested);
    expect(shapeOf(move(root, keyOf(root, property), by).root)).toBe(expected);
  });

  test('whatever is moved, nothing is lost, nothing is doubled, and nothing stands too deep', () => {
    const leaf = fc.constantFrom(closed, onShop, ana, recent);
    const { query } = fc.letrec<{ query: PeopleQuery; node: PeopleQuery | Condition }>((tie) => ({
      query: fc.record({
        match: fc.constantFrom('all' as const, 'any' as const),
        of: fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
      }),
      node: fc.oneof({ maxDepth: 4, depthSize: 'small' }, leaf, tie('query')),
    }));
    fc.assert(
      fc.property(
        query,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(1 as const, -1 as const)), { maxLength: 12 }),
        (start, moves) => {
          fc.pre(PeopleQuery.safeParse(start).success);
          let root = draftOf(start);
          const before = conditionsOf(root).map(({ key }) => key);
          for (const [pick, by] of moves) {
            const key = before[pick % Math.max(before.length, 1)];
            if (key !== undefined) root = move(root, key, by).root;
          }
          expect(
            conditionsOf(root)
              .map(({ key }) => key)
              .sort(),
          ).toEqual([...before].sort());
          const query = queryOf(root, properties);
          expect(query === null || PeopleQuery.safeParse(query).success).toBe(true);
          expect(Math.max(0, ...before.map((key) => depthOf(root, key)))).toBeLessThanOrEqual(6);
        },
      ),
    );
  });
});

describe('a query as a sentence', () => {
  test.each<[PeopleQuery | null, string]>([
    [null, 'Everybody'],
    [{ match: 'all', of: [closed] }, 'Ticket status is Closed'],
    [nested, 'Ticket status is Closed and (Channel is Shop or Name contains “ana”) and Last reply is in the last 7 days'],
    [{ match: 'any', of: [{ match: 'all', of: [closed, ana] }] }, 'Ticket status is Closed and Name contains “ana”'],
    [{ match: 'any', of: [ana, { match: 'all', of: [closed] }] }, 'Name contains “ana” or Ticket status is Closed'],
    [{ match: 'all', of: [{ ...recent, value: 1 }] }, 'Last reply is in the last day'],
    [{ match: 'all', of: [{ property: 'lastReplyAt', op: 'before', value: '2026-11-12' }] }, 'Last reply is before 12 Nov 2026'],
    [{ match: 'all', of: [{ property: customId('value'), op: 'after', value: 12_000 }] }, 'Lifetime value is more than 12,000'],
    [{ match: 'all', of: [{ property: customId('vip'), op: 'is', value: false }] }, 'VIP is no'],
    [{ match: 'all', of: [{ property: customId('born'), op: 'isNotSet' }] }, 'Birthday is not set'],
    [{ match: 'all', of: [{ property: customId('gone'), op: 'is', value: 'x' }] }, 'gone is “x”'],
    [{ match: 'all', of: [{ property: 'channel', op: 'isNot', value: 'gone-channel' }] }, 'Channel is not gone-channel'],
  ])('%j', (query, sentence) => {
    expect(sentenceOf(query, properties)).toBe(sentence);
  });
});

describe('the view in the URL', () => {
  const view: PeopleView = { search: '', sort: 'lastReply', segmentId: null, query: null };
  const back = (one: PeopleView): PeopleView => peopleViewFrom(new URLSearchParams(peopleQueryString(one)));

  test('the usual view is no query string at all', () => {
    expect(peopleQueryString(view)).toBe('');
    expect(back(view)).toEqual(view);
  });

  test('comes back as it was, whatever is in it', () => {
    const text = fc.string({ minLength: 1, maxLength: 20 }).filter((value) => value.trim() === value);
    const condition = fc.record({
      property: fc.constantFrom('name', 'ticketStatus', 'custom.tier'),
      op: fc.constantFrom('is' as const, 'contains' as const, 'isSet' as const),
      value: fc.oneof(text, fc.integer(), fc.boolean()),
    });
    const query = fc.record({
      match: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(condition, { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(
        fc.record({
          search: fc.oneof(fc.constant(''), text),
          sort: fc.constantFrom('lastReply' as const, 'name' as const, 'created' as const),
          segmentId: fc.oneof(fc.constant(null), fc.uuid()),
          query: fc.oneof(fc.constant(null), query),
        }),
        (one) => {
          expect(back(one)).toEqual(one);
        },
      ),
    );
  });

  test.each([
    ['a sort there is not', 'sort=price'],
    ['a segment’s id that is none', 'segment=%3Cscript%3E'],
    ['a query that is no JSON', 'query={'],
    ['a query of another shape', 'query={"match":"none","of":[]}'],
    ['a query that asks for nothing', 'query={"match":"all","of":[]}'],
    [
      'a query that is too deep',
      `query=${JSON.stringify(Array.from({ length: 8 }).reduce((of) => ({ match: 'all', of: [of] }), closed))}`,
    ],
  ])('%s is as if it were not there', (_, text) => {
    expect(peopleViewFrom(new URLSearchParams(text))).toEqual(view);
  });

  test('two queries are the same when they ask the same, in whatever order their parts are written', () => {
    const [turned] = [{ value: 'closed', op: 'is' as const, property: 'ticketStatus' }];
    expect(isSameQuery({ match: 'all', of: [closed] }, { of: [turned], match: 'all' })).toBe(true);
    expect(isSameQuery({ match: 'all', of: [closed] }, { match: 'any', of: [closed] })).toBe(false);
    expect(isSameQuery(null, null)).toBe(true);
    expect(isGroup(nested)).toBe(true);
  });
});
