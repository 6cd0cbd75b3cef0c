import type { ProviderName } from '../../src/lib/domain/provider';
import type { IdMaker } from './timeline';

/** How provider message ids look, so that the demo's are taken for nothing else. */
const shapes: Record<ProviderName, (index: number, part: string) => string> = {
  whatsapp: (index, part) => `wamid.DEMO${index}${part}`,
  messenger: (index, part) => `m_demo${index}${part}`,
  telegram: (index, part) => `${9_000_000 + index}:${part}`,
  webhook: (index, part) => `demo-${index}-${part}`,
};

/** Ids of conversation number `index`: the same on every run, different everywhere else. */
export function identities(provider: ProviderName, index: number): IdMaker & { campaign(): string } {
  const shape = shapes[provider];
  let events = 0;
  let messages = 0;
  let sends = 0;
  return {
    event: () => shape(index, `in${++events}`),
    message: () => uuidOf(index, ++messages),
    provider: () => shape(index, `out${++sends}`),
    campaign: () => shape(index, 'campaign'),
  };
}

/** A well-formed UUID (version 8: made by our own rule) out of two numbers. */
function uuidOf(index: number, message: number): string {
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
  return `de300000-0000-8000-8000-${hex(index, 6)}${hex(message, 6)}`;
}
