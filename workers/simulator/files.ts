import type { PhoneAct, PhoneMedia } from '../../src/lib/domain/simulator';
import type { Env } from '../env';
import { mediaOf } from './media';
import { sampleId } from './samples/samples';

/** The files that an act carries: the chosen one, or samples. Null when a chosen one is not there. */
export async function filesOf(env: Env, act: PhoneAct): Promise<PhoneMedia[] | null> {
  const files = await Promise.all(idsOf(act).map((id) => mediaOf(env, id)));
  const found = files.filter((file) => file !== null);
  return found.length === files.length ? found : null;
}

function idsOf(act: PhoneAct): string[] {
  if (act.type === 'album') return Array.from({ length: act.count }, (_, i) => sampleId('image', i));
  if (act.type !== 'media') return [];
  if (act.fileId !== null) return [act.fileId];
  // One photo after the other, so that two in a row are not the same.
  const turn = Math.floor(Date.now() / 1_000);
  return [sampleId(act.kind === 'audio' ? 'voice' : act.kind, turn)];
}
