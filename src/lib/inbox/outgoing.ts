import { rulesOf, type AttachmentKind, type ProviderName } from '../domain/provider-rules';

/** One message of what an agent sends at once. */
export type Part<File> = { text: string; file: File | null };

/** Whether a file of this kind can carry this text on this provider. */
export function takesCaption(provider: ProviderName, kind: AttachmentKind, text: string): boolean {
  const { maxCaption, withoutCaption } = rulesOf(provider);
  return !withoutCaption.includes(kind) && text.length <= maxCaption;
}

/**
 * A text and files as messages in the order in which they go out: each file its own message, the text with the last of them, or as a
 * message after it where the provider takes no such caption.
 */
export function partsOf<File extends { kind: AttachmentKind }>(
  provider: ProviderName,
  draft: string,
  files: readonly File[],
): Part<File>[] {
  const text = draft.trim();
  const last = files.at(-1);
  const alone = files.map((file): Part<File> => ({ text: '', file }));
  if (text === '') return alone;
  if (last && takesCaption(provider, last.kind, text)) return [...alone.slice(0, -1), { text, file: last }];
  return [...alone, { text, file: null }];
}
