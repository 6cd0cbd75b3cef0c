import { z } from 'zod';
import { outcomes, type Outcome, type RecipientRow } from '../../src/lib/domain/broadcast';
import type { TemplateUse } from '../../src/lib/domain/template';

/** A message made for one person. */
export type Written = { text: string; template: TemplateUse | null; buttons: string[] };
/** Somebody gathered: with their message, or in words why there is none. */
export type Gathered = { personId: string; name: string; address: string; identity: string } & (
  { message: Written } | { skipped: string }
);
/** One recipient to be called: `attempt`, from 1, and `calledAt` (epoch ms) say which call it is, and go back with the outcome. */
export type Taken = { seq: number; attempt: number; calledAt: number; address: string; message: Written };
/** A recipient whose message the records in D1 do not have, or not with its provider's id. */
export type Unrecorded = { seq: number; address: string; message: Written; providerMessageId: string | null; calledAt: number };

const Message = z.object({
  text: z.string(),
  template: z
    .object({
      name: z.string(),
      language: z.string(),
      header: z.array(z.object({ name: z.string().nullable(), text: z.string() })),
      body: z.array(z.object({ name: z.string().nullable(), text: z.string() })),
    })
    .nullable(),
  buttons: z.array(z.string()),
});
/** As it was written down. */
export const messageOf = (json: string): Written => Message.parse(JSON.parse(json));

const outcomeOf = (text: string): Outcome => outcomes.find((known) => known === text) ?? 'unknown';
/** A skipped person has no message. */
export const NO_MESSAGE = '';

/** A recipient as the table has them; times in epoch ms. */
export type RecipientRecord = {
  seq: number;
  person_id: string;
  name: string;
  address: string;
  message: string;
  outcome: string;
  reason: string | null;
  attempts: number;
  provider_message_id: string | null;
  called_at: number | null;
  at: number;
};

/** Whether a message may be at its receiver's: replies to it have to find it. */
export const isOut = (outcome: Outcome): boolean =>
  outcome === 'unknown' || outcome === 'sent' || outcome === 'delivered' || outcome === 'read';

/** As a page lists them. */
export const shown = ({ seq, person_id, name, address, outcome, reason, attempts, at }: RecipientRecord): RecipientRow => ({
  seq,
  personId: person_id,
  name,
  address,
  outcome: outcomeOf(outcome),
  reason,
  attempts,
  at,
});
