import { z } from 'zod';
import { fail, ok, type Result } from './result';
import type { TicketStatus } from './ticket';
import { type Policy, tabAt, type Tab } from './window';

/** What a custom property can be. A date is a day, `YYYY-MM-DD`, and means that day in UTC. */
export const PropertyType = z.enum(['text', 'number', 'boolean', 'date']);
export type PropertyType = z.infer<typeof PropertyType>;

/** Names a custom property in queries (`custom.<key>`), texts of campaigns and files. Not what every object has: nobody could be without it. */
export const PropertyKey = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]{0,39}$/)
  .refine((key) => !(key in Object.prototype));

/** A custom property as an Admin has defined it. */
export const CustomProperty = z.strictObject({
  key: PropertyKey,
  label: z.string().trim().min(1).max(60),
  type: PropertyType,
});
export type CustomProperty = z.infer<typeof CustomProperty>;

/** More custom properties than this are refused: each has a column of its own, so that every question is one pass over narrow rows. */
export const MAX_PROPERTIES = 40;
export const MAX_PROPERTY_TEXT = 500;
export const MAX_PERSON_NAME = 160;

export type PropertyValue = string | number | boolean;
export type PropertyValues = Record<string, PropertyValue>;

/** Where somebody stands by the clock; `none` = there is no conversation. */
export const ConversationState = z.enum(['active', 'inactive', 'archived', 'none']);
export type ConversationState = Tab | 'none';

/**
 * Everything a query can ask about somebody. The four about a conversation are of the one with the latest reply; null = there is none.
 * Times in epoch ms.
 */
export type PersonFacts = {
  name: string;
  /** Channels on which there is an address. */
  channels: string[];
  ticketStatus: TicketStatus | null;
  ticketChangedAt: number | null;
  lastReplyAt: number | null;
  lastCampaignId: string | null;
  createdAt: number;
  /** By key; a property that is not set has no entry. */
  properties: PropertyValues;
};

/** A person as lists show them. */
export type Person = Omit<PersonFacts, 'lastCampaignId'> & {
  id: string;
  conversationState: ConversationState;
  /** The conversation with the latest reply, and its channel. */
  conversationId: string | null;
  lastChannelId: string | null;
  lastCampaign: { id: string; name: string } | null;
  updatedAt: number;
};

/** One way to reach somebody. */
export type PersonAddress = {
  channelId: string;
  /** As the provider wants it. */
  address: string;
  /** null = nothing has been written there yet. */
  conversationId: string | null;
};

/** Somebody as a campaign meets them: one address on its channel. `no` is their place in the order of an audience. */
export type Reachable = { no: number; personId: string; name: string; address: string; properties: PropertyValues };

/** A campaign that somebody was sent. `replied`: to this very message. `outcome`: as far as the app has reported; null = it is not known. */
export type ReceivedCampaign = {
  campaignId: string;
  name: string;
  channelId: string;
  sentAt: number;
  replied: boolean;
  outcome: 'delivered' | 'read' | 'failed' | null;
};

/** Exact to the millisecond, as nothing of it is stored. */
export const stateAt = (lastReplyAt: number | null, policy: Policy, now: number): ConversationState =>
  lastReplyAt === null ? 'none' : tabAt(lastReplyAt, policy, now);

/** The first millisecond (UTC) of a day written `YYYY-MM-DD`; null when it is none that exists. */
export function dayOf(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00Z`);
  // `2026-02-30` would become another day.
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text) ? at : null;
}

const yes = new Set(['true', 'yes', 'y', '1', 'on']);
const no = new Set(['false', 'no', 'n', '0', 'off']);

/**
 * A value as its property keeps it, from a form, a file or an API; or in words why it is not one. Texts are read kindly: `yes` is a
 * boolean, `1,200.50` a number, a time stamp a day.
 */
export function valueFrom(type: PropertyType, raw: PropertyValue): Result<PropertyValue, string> {
  const text = String(raw).replace(/\u0000|\uE000/g, '').trim(); // prettier-ignore
  switch (type) {
    case 'text':
      if (text === '') return fail('is empty');
      return text.length <= MAX_PROPERTY_TEXT ? ok(text.toWellFormed()) : fail(`is longer than ${MAX_PROPERTY_TEXT} characters`);
    case 'number': {
      const plain = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
      const number = typeof raw === 'boolean' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(plain) ? NaN : Number(plain);
      return Number.isFinite(number) ? ok(number) : fail('is not a number');
    }
    case 'boolean': {
      const word = text.toLowerCase();
      return yes.has(word) ? ok(true) : no.has(word) ? ok(false) : fail('is neither yes nor no');
    }
    case 'date': {
      const day = /^(\d{4}-\d{2}-\d{2})([T ].*)?$/.exec(text)?.[1] ?? '';
      return dayOf(day) === null ? fail('is not a date such as 2026-11-30') : ok(day);
    }
  }
}
