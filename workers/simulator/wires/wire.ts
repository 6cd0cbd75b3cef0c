import type { PhoneAct, SendFault } from '../../../src/lib/domain/simulator';

/** What a wire has to know of one event. Times in epoch ms. */
export type ActContext = {
  /** The provider's id of this event. */
  id: string;
  at: number;
  address: string;
  name: string | null;
};

export type ReceiptContext = {
  /** The provider's id of the message. */
  id: string;
  /** Parley's id of it. */
  messageId: string;
  address: string;
  at: number;
  status: 'sent' | 'delivered' | 'read' | 'failed';
};

/** An answer of the provider API: what a real one would say. */
export type ProviderAnswer = { status: number; body: unknown; headers?: Record<string, string> };

/** How one provider talks: the bodies of its webhooks, their signature, and its answers to a send. Pure but for the signature. */
export type Wire = {
  /** A new id in the provider's own style. */
  newId(): string;
  /** The webhook body for what the end user did; null when this provider passes no such thing on. */
  act(act: PhoneAct, context: ActContext): unknown;
  receipt(context: ReceiptContext): unknown;
  /** `eventId` stays the same over retries and copies. `now` in epoch ms. */
  sign(eventId: string, body: string, now: number): Promise<Record<string, string>>;
  accepted(id: string, address: string): ProviderAnswer;
  refused(fault: Exclude<SendFault, 'accept' | 'undeliverable' | 'silent' | 'lost'>): ProviderAnswer;
};
