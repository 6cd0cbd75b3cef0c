import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Channel, InboundEvent, ParsedWebhook } from '../../src/lib/domain/provider';
import { webhook } from '../../src/lib/providers/webhook/server';
import { whatsapp } from '../../src/lib/providers/whatsapp/server';

const providers = { whatsapp, webhook };
const channels: Record<keyof typeof providers, Channel> = {
  whatsapp: { id: 'shop', provider: 'whatsapp', name: 'Shop', accountId: '106540352242922', settings: {}, secrets: {} },
  webhook: { id: 'app', provider: 'webhook', name: 'App', accountId: 'app', settings: {}, secrets: {} },
};

/** What a field may turn out to be, against all that is written about it. */
const oddities: unknown[] = [
  null, undefined, true, 0, -1, 1e308, '', ' ', '\0', '\ud800', 'x'.repeat(100_000), [], [null], [[]], {}, { id: {} },
]; // prettier-ignore

/** The same value with one node of it, at any depth, replaced; each node in turn. */
function* withOneReplaced(value: unknown, by: unknown): Generator<unknown> {
  yield by;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const odd of withOneReplaced(item, by)) yield value.with(i, odd);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) for (const odd of withOneReplaced(item, by)) yield { ...value, [key]: odd };
  }
}

/** Whether the rest of the product can take it. */
function isSound(event: InboundEvent): boolean {
  const ids = event.type === 'receipt' ? [event.providerMessageId ?? event.messageId] : [event.eventId, event.address];
  const texts = 'text' in event ? [event.text] : [];
  const isName = (id: string | null) => typeof id === 'string' && id !== '' && id.length <= 512 && !id.includes('\0');
  return ids.every(isName) && texts.every((text) => text.isWellFormed() && text.length <= 65_536);
}

describe.each(['whatsapp', 'webhook'] as const)('%s reads every one of its fixtures', (name) => {
  const folder = new URL(`../fixtures/${name}/`, import.meta.url);
  const files = readdirSync(folder).filter((file) => file !== 'channel.json');
  const bodies = files.map((file) => {
    const fixture: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    return z.object({ body: z.unknown() }).parse(fixture).body;
  });

  test.each(oddities.map((odd) => [String(JSON.stringify(odd)).slice(0, 20), odd]))(
    'with %s in place of any one part, and takes only what is sound',
    (_about, odd) => {
      for (const body of bodies) {
        for (const changed of withOneReplaced(body, odd)) {
          const parsed: ParsedWebhook = providers[name].parse(changed, channels[name]);
          expect(parsed.events.every(isSound)).toBe(true);
          // A delivery may be empty; one that is not a delivery is kept.
          if (changed === odd) expect(parsed).toEqual({ events: [], rejected: [expect.objectContaining({ part: odd })] });
        }
      }
    },
  );
});
