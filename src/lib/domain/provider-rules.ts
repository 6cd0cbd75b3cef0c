import { profiles } from '../providers/profiles';
import type { AttachmentKind, Profile } from './profile';

export { attachmentKinds, type AttachmentKind, type AttachmentRule, type ChannelSettings, type Profile } from './profile';

const KB = 1_024;
const MB = 1_024 * KB;

export type ProviderName = keyof typeof profiles;

/** The profile of the provider of that name. */
export const rulesOf = (provider: ProviderName): Profile => profiles[provider];

const isProviderName = (name: string): name is ProviderName => Object.hasOwn(profiles, name);
/** Every provider, in the order in which Settings offers them. */
export const providerNames: readonly ProviderName[] = Object.keys(profiles).filter(isProviderName);

/** How a file can go out on this provider, or in words why it cannot. `mime` is what its bytes say. */
export function attachmentFor(
  provider: ProviderName,
  file: { mime: string; size: number },
): { kind: AttachmentKind } | { refusal: string } {
  const { title, attachments } = rulesOf(provider);
  const taking = attachments.filter(({ mimes }) => mimes.length === 0 || mimes.includes(file.mime));
  if (taking.length === 0) return { refusal: `${title} does not take files of this type.` };
  if (file.size === 0) return { refusal: 'This file is empty.' };
  const fitting = taking.find(({ maxBytes }) => file.size <= maxBytes);
  if (fitting) return { kind: fitting.kind };
  const most = Math.max(...taking.map(({ maxBytes }) => maxBytes));
  const limit = most >= MB ? `${Math.floor(most / MB)} MB` : `${Math.floor(most / KB)} KB`;
  return { refusal: `${title} takes at most ${limit} of this type.` };
}
