import { z } from 'zod';
import type { InboundEvent } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { Id, soft } from '../../../server/providers/facts';
import type { Occasion } from './parse';

const MAX_EMOJI = 64;

const Reaction = z.object({ mid: Id, action: z.enum(['react', 'unreact']), emoji: soft(z.string()), reaction: soft(z.string()) });
const Edit = z.object({ mid: Id, text: z.string(), num_edit: soft(Id) });

/** What to show for a reaction that comes by name only (`message_reactions` names these). */
const emojis = new Map([
  ['like', '👍'],
  ['dislike', '👎'],
  ['love', '❤️'],
  ['smile', '😆'],
  ['wow', '😮'],
  ['sad', '😢'],
  ['angry', '😠'],
]);

/** A reaction to a message or an edit of one; null when it is neither, or not the end user's. They carry no id of their own. */
export function amendmentsOf(field: 'reaction' | 'message_edit', part: unknown, occasion: Occasion): InboundEvent[] | null {
  const { sender: address, page, at } = occasion;
  if (address === page) return null;
  if (field === 'message_edit') {
    const { data } = Edit.safeParse(part);
    if (!data) return null;
    const eventId = `edit:${data.mid}:${data.num_edit ?? at ?? ''}`;
    return [{ type: 'edit', eventId, address, at, targetId: data.mid, text: cleanText(data.text) }];
  }
  const { data } = Reaction.safeParse(part);
  if (!data) return null;
  const { mid, action, reaction } = data;
  const shown = cleanText(data.emoji ?? '', MAX_EMOJI) || emojis.get(reaction ?? '');
  if (action === 'react' && shown === undefined) return null;
  const emoji = action === 'react' && shown !== undefined ? shown : null;
  return [{ type: 'reaction', eventId: `${action}:${mid}:${emoji ?? ''}:${at ?? ''}`, address, at, targetId: mid, emoji }];
}
