import type { ContentKind, Media } from '../../src/lib/domain/message';
import type { DemoProvider } from './channels';
import { sampleFacts, sampleId, type SampleKind } from '../simulator/samples/samples';

const kinds: readonly SampleKind[] = ['image', 'video', 'voice', 'document', 'sticker'];

/** Which of the simulator's files stands in a message of the demo; null where there is none. The same on every run. */
export function sampleIn(kind: ContentKind, eventId: string): string | null {
  const sample = kinds.find((one) => one === kind);
  const turn = [...eventId].reduce((sum, char) => sum + char.charCodeAt(0), 0);
  return sample ? sampleId(sample, turn) : null;
}

/** The file as a provider names it: by an id, or by its address below `filesAt`; without that it is only named, and not to be read. */
export function inboundMedia(kind: ContentKind, eventId: string, provider: DemoProvider, filesAt?: string): Media | null {
  const id = sampleIn(kind, eventId);
  const facts = id === null ? null : sampleFacts(id);
  if (id === null || !facts) return null;
  const { mime, fileName } = facts;
  const named = { mime, ...(fileName !== null && { fileName }) };
  if (filesAt === undefined) return named;
  if (provider === 'whatsapp' || provider === 'telegram') return { ...named, providerMediaId: id };
  return { ...named, url: `${filesAt}/attachments/${id}/${fileName ?? 'file'}` };
}
