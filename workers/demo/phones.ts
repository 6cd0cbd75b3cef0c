import type { ConversationTarget } from '../../src/lib/domain/conversation';
import { describe } from '../../src/lib/domain/message';
import type { PhoneMessageState } from '../../src/lib/domain/simulator';
import type { SeededPhone } from '../simulator/simulator';
import type { NewMessage } from '../simulator/rows';
import { sampleOf } from '../simulator/samples/samples';
import { providerOn } from '../simulator/wires';
import type { DemoConversation } from './content';
import { sampleIn } from './files';
import { tokenOf } from './steps';
import type { Outcome } from './timeline';

const states: Record<Outcome, PhoneMessageState> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'failed',
  unknown: 'accepted',
};

/** The contact's phone with the talk on it, for the simulator; null on a channel that it does not play. */
export async function phoneOf(conversation: DemoConversation, target: ConversationTarget): Promise<SeededPhone | null> {
  const provider = providerOn(conversation.channelId);
  if (!provider) return null;
  const talk = await Promise.all(talkOn(conversation).map(withFile));
  const messages = [...campaignOn(conversation), ...talk].toSorted((a, b) => a.at - b.at);
  const { id, channelId, address, name } = target;
  const last = messages.at(-1);
  const phone = {
    id,
    channelId,
    provider,
    address,
    name,
    isOpen: false,
    isBlocked: false,
    lastText: last?.text ?? '',
    lastAt: last?.at ?? 0,
  };
  return { phone, messages };
}

function campaignOn({ send }: DemoConversation): NewMessage[] {
  if (!send) return [];
  const { providerMessageId: id, text, at, buttons } = send;
  return [{ id, from: 'campaign', kind: 'text', text, at, buttons, token: tokenOf(send), state: 'read' }];
}

function talkOn({ sessions, send }: DemoConversation): NewMessage[] {
  const beats = sessions.flatMap((session) => session.beats);
  const reactions = new Map(beats.flatMap((beat) => (beat.type === 'react' ? [[beat.targetId, beat.emoji]] : [])));
  return beats.flatMap((beat): NewMessage[] => {
    if (beat.type === 'react') return [];
    const { at } = beat;
    if (beat.type === 'write') {
      const { eventId: id, kind } = beat;
      const replyTo = beat.button ? (send?.providerMessageId ?? null) : null;
      return [{ id, from: 'user', kind, text: describe(kind, beat.text), at, replyTo, state: 'taken' }];
    }
    const { providerMessageId: id, messageId, text, outcome } = beat;
    if (outcome === 'failed') return [];
    const reaction = reactions.get(id) ?? null;
    return [{ id, messageId, from: 'brand', kind: 'text', text, at, reaction, state: states[outcome] }];
  });
}

/** What came with a file has it on the phone, too. */
async function withFile(message: NewMessage): Promise<NewMessage> {
  const id = message.kind === 'template' ? null : sampleIn(message.kind, message.id);
  const sample = id === null ? null : await sampleOf(id);
  return sample ? { ...message, media: sample.media } : message;
}
