import type { Composer } from './composer.svelte';

/** What may stay unsent in a conversation that is closed: `anything`, a `draft`, which is kept for the next time, or `nothing`. */
export type LeftBehind = 'anything' | 'draft' | 'nothing';

/** Why a conversation is not closed, or not snoozed, because of what is not sent, in words; null when nothing is in the way. `wasSaid`: the notice before. */
export function unsentWords(
  { tray, draft, notice, isRecording }: Pick<Composer, 'tray' | 'draft' | 'notice' | 'isRecording'>,
  leaves: LeftBehind,
  wasSaid: string | null,
  act: 'closed' | 'snoozed' = 'closed',
): string | null {
  if (notice !== null && notice !== wasSaid) return `Not ${act}: a message came back.`;
  if (leaves === 'anything') return null;
  if (isRecording) return `Not ${act}: a voice message is being recorded.`;
  if (tray.length > 0) return `Not ${act}: a file has not been sent. Send or remove it first.`;
  return leaves === 'nothing' && draft.trim() !== '' ? `Not ${act}: what you wrote has not been sent.` : null;
}
