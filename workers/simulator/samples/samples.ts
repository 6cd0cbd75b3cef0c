import type { PhoneMedia } from '../../../src/lib/domain/simulator';
import { pdf } from './document';
import { photo, PHOTOS } from './photo';
import { sticker } from './sticker';
import { video } from './video';
import { voice } from './voice';

export type SampleKind = 'image' | 'video' | 'voice' | 'document' | 'sticker';
type Sample = { kind: SampleKind; mime: string; fileName: string | null; bytes(): Promise<Uint8Array<ArrayBuffer>> };

const decoded = async (base64: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** Ids of samples begin like this; those of kept files do not. */
const PREFIX = '900000000000';
const samples = new Map<string, Sample>([
  ...Array.from({ length: PHOTOS }, (_, i): [string, Sample] => [
    `${PREFIX}1${i}`,
    { kind: 'image', mime: 'image/png', fileName: null, bytes: () => photo(i) },
  ]),
  [`${PREFIX}20`, { kind: 'video', mime: 'video/mp4', fileName: null, bytes: () => decoded(video) }],
  [`${PREFIX}30`, { kind: 'voice', mime: 'audio/ogg', fileName: null, bytes: () => decoded(voice) }],
  [`${PREFIX}40`, { kind: 'document', mime: 'application/pdf', fileName: 'booking.pdf', bytes: async () => pdf() }],
  [`${PREFIX}50`, { kind: 'sticker', mime: 'image/webp', fileName: null, bytes: () => decoded(sticker) }],
]);

/** Made once in each Worker: the bytes, not a promise of them, which would belong to the request that asked first. */
const made = new Map<string, Uint8Array<ArrayBuffer>>();

/** A file that every simulator has, by its id; null when there is no such one. */
export async function sampleOf(id: string): Promise<{ media: PhoneMedia; bytes: Uint8Array<ArrayBuffer> } | null> {
  const sample = samples.get(id);
  if (!sample) return null;
  const bytes = made.get(id) ?? (await sample.bytes());
  made.set(id, bytes);
  return { media: { id, mime: sample.mime, fileName: sample.fileName, size: bytes.length }, bytes };
}

/** The id of a sample of that kind. `turn` changes which photo it is. */
export function sampleId(kind: SampleKind, turn = 0): string {
  const ids = [...samples].flatMap(([id, sample]) => (sample.kind === kind ? [id] : []));
  return ids[turn % ids.length] ?? '';
}

/** What a sample is without its bytes. */
export function sampleFacts(id: string): Pick<PhoneMedia, 'mime' | 'fileName'> | null {
  return samples.get(id) ?? null;
}
