import { describe, type ContentKind } from '../../src/lib/domain/message';
import type { PhoneAct } from '../../src/lib/domain/simulator';
import type { PostKind, SimulatorStore } from './store';

type Moment = { id: string; at: number; held: boolean };
/** Which message on the phone changed, by the provider's id, and what the webhook about it is. */
type Applied = { changedId: string; what: PostKind };

/** Shows on the phone what its user did: a new message, or a change to one that is there. */
export function applyAct(store: SimulatorStore, phoneId: string, act: PhoneAct, moment: Moment): Applied {
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
    default: {
      const { kind, text, replyTo } = contentOf(act);
      const { id, at, held } = moment;
      const state = held ? 'held' : 'waiting';
      store.addMessage(phoneId, { id, from: 'user', kind, text: describe(kind, text), at, replyTo, state });
      return { changedId: id, what: 'message' };
    }
  }
}

type Writing = Exclude<PhoneAct, { type: 'reaction' | 'edit' | 'revoke' }>;

function contentOf(act: Writing): { kind: ContentKind; text: string; replyTo: string | null } {
  switch (act.type) {
    case 'text':
      return { kind: 'text', text: act.text, replyTo: act.replyTo };
    case 'button':
      return { kind: 'button', text: act.text, replyTo: act.targetId };
    case 'media':
      return { kind: act.kind, text: act.caption, replyTo: null };
    case 'location':
      return { kind: 'location', text: act.name, replyTo: null };
    case 'contacts':
      return { kind: 'contacts', text: act.name, replyTo: null };
    case 'unsupported':
      return { kind: 'unsupported', text: '', replyTo: null };
  }
}
