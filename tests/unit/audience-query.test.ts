import { describe, expect, test } from 'vitest';
import { audienceQuery } from '../../src/lib/domain/audience-query';
import { conditionsOf, MAX_CONDITIONS, MAX_DEPTH, PeopleQuery, type Condition } from '../../src/lib/domain/people-query';
import { providerNames } from '../../src/lib/domain/provider-rules';

const named: Condition = { property: 'name', op: 'isSet' };
const recent: Condition = { property: 'lastReplyAt', op: 'inLast', value: 1 };
/** So many groups in each other, with so many conditions in the innermost. */
const within = (match: 'all' | 'any', depth: number, conditions = 1): PeopleQuery =>
  depth === 1 ? { match, of: Array<Condition>(conditions).fill(named) } : { match, of: [within(match, depth - 1, conditions)] };
const isRecentOnly = (query: PeopleQuery | null) =>
  query?.match === 'all' && query.of.some((part) => JSON.stringify(part) === JSON.stringify(recent));

describe('who is asked for a campaign', () => {
  test('is a question that can be read, for every segment that can be', () => {
    for (const provider of providerNames)
      for (const match of ['all', 'any'] as const)
        for (let depth = 1; depth <= MAX_DEPTH; depth += 1)
          for (let conditions = 0; conditions <= MAX_CONDITIONS; conditions += 1) {
            const segment = PeopleQuery.parse(within(match, depth, conditions));
            const asked = audienceQuery(segment, provider);
            expect(PeopleQuery.safeParse(asked).success).toBe(true);
            expect([...conditionsOf(asked ?? segment)]).toEqual(expect.arrayContaining([...conditionsOf(segment)]));
          }
  });

  test('is who has written lately, where an app takes nothing but answers and there is room to ask for it', () => {
    expect(audienceQuery(null, 'messenger')).toEqual({ match: 'all', of: [recent] });
    expect(audienceQuery(within('any', 1), 'messenger')).toEqual({ match: 'all', of: [within('any', 1), recent] });
    expect(audienceQuery(within('all', 1), 'messenger')).toEqual({ match: 'all', of: [named, recent] });
    expect(isRecentOnly(audienceQuery(within('all', MAX_DEPTH, MAX_CONDITIONS - 1), 'messenger'))).toBe(true);
    for (const full of [within('any', MAX_DEPTH), within('all', 1, MAX_CONDITIONS)])
      expect(audienceQuery(full, 'messenger')).toEqual(full);
  });

  test('is the segment as it is where an app takes more than answers', () => {
    for (const provider of providerNames.filter((name) => name !== 'messenger')) {
      expect(audienceQuery(null, provider)).toBeNull();
      expect(audienceQuery(within('any', 2), provider)).toEqual(within('any', 2));
    }
  });
});
