import { z } from 'zod';
import { counted } from './number-text';
import { firstNameOf, placeholderOf, placeholdersAsWritten, placeholderValue, withPlaceholders } from './placeholder';
import { providerNames, rulesOf } from './provider-rules';
import { fold } from './search';
import { cleanText } from './text';

/** As many as an agent can still choose from, and few enough for a browser to have all of them at hand. */
export const MAX_REPLIES = 500;
export const MAX_REPLY_NAME = 80;
/** Longest text: what the app that takes least takes, so that each reply can be sent on every channel. */
export const MAX_REPLY_TEXT = Math.min(...providerNames.map((provider) => rulesOf(provider).maxText));

/** What Admins write of a reply. The text may hold the placeholders below; `problemOf` says whether it is one. */
export const ReplyWords = z.strictObject({
  name: z
    .string()
    .max(MAX_REPLY_NAME * 4)
    .transform((name) => cleanText(name).replace(/\s+/gu, ' ').trim()),
  text: z
    .string()
    .max(MAX_REPLY_TEXT * 4)
    .transform((text) => cleanText(text).trim()),
});
export type ReplyWords = z.infer<typeof ReplyWords>;

/** A text that agents put into what they write. Times in epoch ms. */
export type SavedReply = ReplyWords & {
  id: string;
  /** How often it was put into a draft. */
  used: number;
  /** Rises with every change of its words. */
  version: number;
  updatedAt: number;
  updatedBy: string;
};

/** What a text may hold, and how people call it. */
export const replyPlaceholders = [
  { property: 'firstName', label: 'First name', written: '{{firstName|there}}' },
  { property: 'name', label: 'Name', written: '{{name}}' },
  { property: 'agentName', label: 'Agent’s name', written: '{{agentName}}' },
] as const;
type Property = (typeof replyPlaceholders)[number]['property'];
const isKnown = (property: string): property is Property => replyPlaceholders.some((known) => known.property === property);

/** Whom a reply is for and who gives it. A customer whose name is not known goes by the address. */
export type ReplyParties = { contact: { name: string; address: string }; agent: { name: string } };

/** By what two names are the same. */
export const replyKey = (name: string): string => fold(name).trim();

/** Why these words cannot be saved, in words; null = they can. */
export function problemOf({ name, text }: ReplyWords): string | null {
  if (replyKey(name) === '') return 'Give it a name.';
  if (name.length > MAX_REPLY_NAME) return `A name has at most ${MAX_REPLY_NAME} characters.`;
  if (text === '') return 'Write what it says.';
  if (text.length > MAX_REPLY_TEXT)
    return `The text is ${counted(text.length - MAX_REPLY_TEXT, 'character', 'characters')} too long.`;
  const unknown = placeholdersAsWritten(text).find((written) => !isKnown(placeholderOf(written).property));
  if (unknown !== undefined) return `There is no placeholder ${unknown}. There are ${allPlaceholders}.`;
  // Half of one would go out as it stands.
  if (/\{\{|\}\}/.test(withPlaceholders(text, () => ' ')))
    return 'A placeholder has two braces before it and two after: {{firstName}}.';
  return null;
}

const allPlaceholders = new Intl.ListFormat('en-GB').format(replyPlaceholders.map(({ property }) => `{{${property}}}`));

/**
 * The text with what is known of them put in; where something is not known its fallback, and where there is none the placeholder as it is
 * written. Pure, total. A name never brings in a placeholder.
 */
export function filled(text: string, parties: ReplyParties): string {
  return withPlaceholders(text, ({ property, fallback }, written) => {
    if (!isKnown(property)) return written;
    // Braces of a name would make a placeholder with braces that the text has beside it.
    const value = placeholderValue(valueOf(property, parties))?.replace(/[{}]/g, '').trim() ?? '';
    return value === '' ? (fallback ?? written) : value;
  });
}

function valueOf(property: Property, { contact, agent }: ReplyParties): string {
  if (property === 'agentName') return agent.name;
  if (isNameless(contact)) return '';
  return property === 'firstName' ? firstNameOf(contact.name) : contact.name;
}

/** Whether nobody has told a name: what stands for it is the address, or a number however it is written. */
const isNameless = ({ name, address }: ReplyParties['contact']): boolean =>
  name.trim() === address.trim() || /^[\d\s()+./-]*$/u.test(name);

/** The placeholders that are left in a draft as they are written, each once: nobody is sent one. */
export const unfilledIn = (text: string): string[] => [
  ...new Set(placeholdersAsWritten(text).filter((written) => isKnown(placeholderOf(written).property))),
];

/**
 * The replies that what somebody types can mean, the likeliest first: the name begins so, then a word in it does, then it has all the
 * letters in that order, then the text has it. Of equals the one used more comes first, then by name. Nothing typed = all of them.
 */
export function ranked<Reply extends Pick<SavedReply, 'id' | 'name' | 'text' | 'used'>>(
  replies: readonly Reply[],
  typed: string,
): Reply[] {
  const wanted = fold(typed).trim();
  const found = replies.flatMap((reply) => {
    const folded = foldedOf(reply);
    const rank = rankOf(folded, wanted);
    return rank === null ? [] : [{ reply, rank, name: folded.name }];
  });
  found.sort(
    (a, b) => a.rank - b.rank || b.reply.used - a.reply.used || compare(a.name, b.name) || compare(a.reply.id, b.reply.id),
  );
  return found.map(({ reply }) => reply);
}

type Folded = { name: string; text: string };
/** Folding all of them anew with every key would be felt. Replies are never changed in place. */
const foldedBefore = new WeakMap<object, Folded>();

function foldedOf(reply: Pick<SavedReply, 'name' | 'text'>): Folded {
  const folded = foldedBefore.get(reply) ?? { name: fold(reply.name), text: fold(reply.text) };
  foldedBefore.set(reply, folded);
  return folded;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How well a reply fits, 0 best; null = not at all. */
function rankOf({ name, text }: Folded, wanted: string): number | null {
  if (name.startsWith(wanted)) return 0;
  if (wordsOf(name).some((rest) => rest.startsWith(wanted))) return 1;
  if (hasInOrder(name, wanted)) return 2;
  return text.includes(wanted) ? 3 : null;
}

/** What is left of a name from each of its words on. */
const wordsOf = (name: string): string[] => [...name.matchAll(/(?<![\p{L}\p{M}\p{N}])[\p{L}\p{N}]/gu)].map(({ index }) => name.slice(index)); // prettier-ignore

function hasInOrder(name: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted.replace(/\s+/gu, '')) {
    const at = name.indexOf(letter, from);
    if (at === -1) return false;
    from = at + letter.length;
  }
  return true;
}
