import { describe, type ContentKind } from '../../src/lib/domain/message';
import { phoneAbilities, type PhoneAct, type PhoneMedia, type SimulatedProvider } from '../../src/lib/domain/simulator';
import type { PostKind } from './rows';
import type { SimulatorStore } from './store';

/** `files` are those that the act carries. */
type Moment = { id: string; at: number; held: boolean; provider: SimulatedProvider; files: readonly PhoneMedia[] };
/** Which message on the phone changed, by the provider's id, and what the webhook about it is. */
type Applied = { changedId: string; what: PostKind };

/** Shows on the phone what its user did: a new message, or a change to one that is there. */
export function applyAct(store: SimulatorStore, phoneId: string, act: PhoneAct, moment: Moment): Applied {
  const { id, at, held, files } = moment;
  switch (act.type) {
    case 'reaction':
      store.setReaction(act.targetId, act.emoji);
      return { changedId: act.targetId, what: 'reaction' };
    case 'edit':
      store.setText(act.targetId, act.text);
      return { changedId: act.targetId, what: 'edit' };
    case 'revoke':
      store.setRevoked(act.targetId);
      return { changedId: act.targetId, what: 'revoke' };
    case 'block':
      store.setBlocked(phoneId, act.isBlocked);
      return { changedId: id, what: 'block' };
    case 'echo': {
      const detail = phoneAbilities[moment.provider].echoFrom;
      store.addMessage(phoneId, { id, from: 'brand', kind: 'text', text: act.text, at, state: 'sent', detail });
      return { changedId: id, what: 'echo' };
    }
    default: {
      const { kind, text, replyTo } = contentOf(act);
      const state = held ? 'held' : 'waiting';
      const first = { from: 'user', kind, text: describe(kind, text), at, replyTo, state } as const;
      store.addMessage(phoneId, { ...first, id, media: files[0] ?? null });
      for (const [index, media] of files.slice(1).entries()) {
        store.addMessage(phoneId, { ...first, id: `${id}#${index + 2}`, text: describe(kind, ''), media });
      }
      return { changedId: id, what: 'message' };
    }
  }
}

type Writing = Exclude<PhoneAct, { type: 'reaction' | 'edit' | 'revoke' | 'block' | 'echo' }>;

function contentOf(act: Writing): { kind: ContentKind; text: string; replyTo: string | null } {
  switch (act.type) {
    case 'text':
      return { kind: 'text', text: act.text, replyTo: act.replyTo };
    case 'button':
      return { kind: 'button', text: act.text, replyTo: act.targetId };
    case 'media':
      return { kind: act.kind, text: act.caption, replyTo: null };
    case 'album':
      return { kind: 'image', text: act.caption, replyTo: null };
    case 'location':
      return { kind: 'location', text: act.name, replyTo: null };
    case 'contacts':
      return { kind: 'contacts', text: act.name, replyTo: null };
    case 'unsupported':
      return { kind: 'unsupported', text: '', replyTo: null };
  }
}
