import { PeopleQuery, type Condition } from './people-query';
import { rulesOf, type ProviderName } from './provider-rules';

const DAY_MS = 86_400_000;

/** How long after somebody has written an app takes a campaign for them, where it takes nothing but answers; null = at any time. */
export function answerWindowOf(provider: ProviderName): number | null {
  const { sendWindow, hasTemplates } = rulesOf(provider);
  return hasTemplates ? null : sendWindow(0, {});
}

/**
 * What is asked of people for a campaign to a segment, null = everybody: where its app takes nothing but answers, only those who wrote so
 * shortly before. A query of the greatest size has no room for that: it is asked as it is, and the provider says who is too late. What
 * comes back can be read as a `PeopleQuery` when the segment's can.
 */
export function audienceQuery(segment: PeopleQuery | null, provider: ProviderName): PeopleQuery | null {
  const windowMs = answerWindowOf(provider);
  if (windowMs === null) return segment;
  const isRecent: Condition = { property: 'lastReplyAt', op: 'inLast', value: Math.ceil(windowMs / DAY_MS) };
  // One more of those that all have to hold takes no group of its own.
  const before = segment === null ? [] : segment.match === 'all' ? segment.of : [segment];
  const recent = PeopleQuery.safeParse({ match: 'all', of: [...before, isRecent] });
  return recent.success ? recent.data : segment;
}
