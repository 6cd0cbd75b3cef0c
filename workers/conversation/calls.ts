import type { SentMedia } from '../../src/lib/domain/conversation';
import type { Message } from '../../src/lib/domain/message';
import type { LockInfo } from '../../src/lib/domain/rejection';
import type { Summary } from '../../src/lib/domain/summary';
import type { TemplateUse } from '../../src/lib/domain/template';

/** What the conversation's object is asked and answers, where the domain has no type for it. */

export type Claim = { granted: true; epoch: number } | { granted: false; lock: LockInfo };
export type Thread = { conversation: Summary; messages: Message[]; hasMore: boolean; seq: number };
export type SendInput = {
  messageId: string;
  epoch: number;
  seenSeq: number;
  text: string;
  force: boolean;
  quotedId?: string;
  media?: SentMedia;
  template?: TemplateUse;
  /** Where the agent reaches us: apps fetch what is sent to them from there. */
  origin?: string;
};
/**
 * `own`: which of the events are receipts about messages of this very talk, by index: nobody else has to be asked about them. `movedTo`: the
 * person's conversation is another object's; nothing was taken here.
 */
export type Received = { conflicts: string[]; own: number[] } | { movedTo: string };
