import { TRPCError } from '@trpc/server';
import type { Compilable } from 'kysely';
import { z } from 'zod';
import { ChannelId } from '../../../domain/ids';
import { rulesOf, type ChannelSettings, type ProviderName } from '../../../domain/provider-rules';
import { gateOf } from '../../bindings';
import { ChannelChange, channelFrom, NewChannel, Rotation, secretsFrom, settingsFor, type Shown } from '../../channel-admin';
import { recording, recordingIfChanged, type Actor, type AuditEntry } from '../../db/audit';
import { batch, database, hasChanged } from '../../db/client';
import * as channels from '../../db/channels';
import * as templates from '../../db/templates';
import type { Context } from '../context';
import { allowed, router } from '../trpc';

const admins = allowed('settings.channels');
const One = z.strictObject({ id: ChannelId });

const HOUR_MS = 3_600_000;
/** How long what arrives under an old secret may still be taken. */
const Overlap = z.literal([0, HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS]);

const Line = z.string().trim().max(60);
/** A template as an Admin copies it from the provider's pages; lengths are WhatsApp's. */
const WrittenTemplate = z.strictObject({
  name: z.string().trim().regex(/^[a-z0-9_]{1,512}$/),
  language: z.string().trim().regex(/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/),
  category: z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION']),
  header: Line.nullable(),
  body: z.string().trim().min(1).max(1_024),
  footer: Line.nullable(),
  buttons: z.array(Line.min(1).max(25)).max(10),
}); // prettier-ignore

const missing = () => new TRPCError({ code: 'NOT_FOUND', message: 'There is no such channel.' });
const refused = (message: string) => new TRPCError({ code: 'BAD_REQUEST', message });

async function detailOf({ env }: Context, id: string): Promise<channels.ChannelDetail> {
  const found = await channels.detail(database(env.DB), id, env.SECRET_KEY, Date.now());
  if (!found) throw missing();
  return found;
}

async function checkedSettings(provider: ProviderName, entered: ChannelSettings): Promise<ChannelSettings> {
  const checked = await settingsFor(provider, entered);
  if ('refusal' in checked) throw refused(checked.refusal);
  if ('error' in checked) throw new TRPCError({ code: 'BAD_REQUEST', cause: checked.error });
  return checked.settings;
}

/** A gate that does not answer leaves the page without its figures, not without the channel. */
async function ask<T>(id: string, question: Promise<T>): Promise<T | null> {
  try {
    return await question;
  } catch (error) {
    console.warn({ event: 'gate_unreachable', channelId: id, error: String(error) });
    return null;
  }
}
const healthOf = ({ env }: Context, id: string) => ask(id, gateOf(env, id).health());
const stopOf = ({ env }: Context, id: string) => ask(id, gateOf(env, id).stopped());

type Acting = Context & { agent: Actor };
const entryOf = ({ agent }: Acting, action: AuditEntry['action'], id: string, details?: AuditEntry['details']): AuditEntry => ({
  at: Date.now(),
  actor: agent,
  action,
  subject: { type: 'channel', id },
  details,
});

/** Runs the query that acts together with its record, and says whether it has changed anything; if not, nothing is recorded. */
async function act(
  ctx: Acting,
  query: Compilable<unknown>,
  action: AuditEntry['action'],
  id: string,
  details?: AuditEntry['details'],
): Promise<boolean> {
  const record = recordingIfChanged(database(ctx.env.DB), entryOf(ctx, action, id, details));
  const [result] = await batch(ctx.env.DB, [query, record]);
  return hasChanged(result);
}

/** Records what is done elsewhere than in the database, before it is done. */
const note = (ctx: Acting, action: AuditEntry['action'], id: string) =>
  batch(ctx.env.DB, [recording(database(ctx.env.DB), entryOf(ctx, action, id))]);

/** Channels are the Admins' to set up. Secrets go in and never come out: not one of these answers with a stored one. */
export const channelsRouter = router({
  /** What the list can be filtered by: every channel, without its secrets. */
  options: allowed('conversations').query(({ ctx }) => channels.list(database(ctx.env.DB))),

  /** The channels in service that send nothing until an Admin has put something right. */
  stopped: allowed('conversations').query(async ({ ctx }) => {
    const enabled = (await channels.list(database(ctx.env.DB))).filter((channel) => channel.enabled);
    const stops = await Promise.all(enabled.map(({ id }) => stopOf(ctx, id)));
    return enabled.flatMap(({ id, name }, i) => {
      const stop = stops[i];
      return stop ? [{ id, name, reason: stop.reason }] : [];
    });
  }),

  /** Every channel with how it is doing. */
  all: admins.query(async ({ ctx }) => {
    const all = await channels.list(database(ctx.env.DB));
    return Promise.all(all.map(async (channel) => ({ ...channel, health: await healthOf(ctx, channel.id) })));
  }),

  /** One channel: its settings, and which secrets it has. */
  get: admins.input(One).query(async ({ ctx, input }) => {
    const [detail, health] = await Promise.all([detailOf(ctx, input.id), healthOf(ctx, input.id)]);
    return { ...detail, health };
  }),

  /** Adds a channel. The one time that a generated secret is shown. */
  add: admins.input(NewChannel).mutation(async ({ ctx, input }): Promise<{ id: string; shown: Shown }> => {
    const { channel, shown } = channelFrom(input);
    const db = database(ctx.env.DB);
    const same = await channels.byAccount(db, channel.provider, channel.accountId);
    if (same) {
      const { title } = rulesOf(channel.provider);
      throw new TRPCError({ code: 'CONFLICT', message: `This ${title} account is already connected, as “${same.name}”.` });
    }
    const { query } = await channels.inserting(db, channel, ctx.env.SECRET_KEY, Date.now());
    await act(ctx, query, 'channel.added', channel.id, { provider: channel.provider });
    await gateOf(ctx.env, channel.id).changed();
    return { id: channel.id, shown };
  }),

  /** Renames it, or replaces its settings. */
  update: admins.input(One.extend(ChannelChange.shape)).mutation(async ({ ctx, input: { id, ...change } }) => {
    const { provider } = await detailOf(ctx, id);
    const settings = change.settings && (await checkedSettings(provider, change.settings));
    const what = { name: change.name !== undefined, settings: Object.keys(settings ?? {}).join(' ') };
    const query = channels.updating(database(ctx.env.DB), id, { ...change, ...(settings && { settings }) }, Date.now());
    if (!(await act(ctx, query, 'channel.changed', id, what))) throw missing();
    await gateOf(ctx.env, id).changed();
    return {};
  }),

  /** New secrets; what still arrives under the old ones is taken for a while. A generated one is shown this one time. */
  rotate: admins
    .input(One.extend(Rotation.shape).extend({ overlapMs: Overlap }))
    .mutation(async ({ ctx, input: { id, overlapMs, ...rotation } }): Promise<{ shown: Shown }> => {
      const made = await secretsFrom(await detailOf(ctx, id), rotation);
      if ('refusal' in made) throw refused(made.refusal);
      const { env } = ctx;
      const how = { overlapMs, secretKey: env.SECRET_KEY, now: Date.now() };
      const rotating = await channels.rotating(database(env.DB), id, made.secrets, how);
      const what = { secrets: Object.keys(made.secrets).join(' '), overlapMs };
      if (!rotating || !(await act(ctx, rotating.query, 'channel.rotated', id, what)))
        throw new TRPCError({ code: 'CONFLICT', message: 'Somebody else has just changed its secrets. Look again.' });
      await gateOf(env, id).changed();
      return { shown: made.shown };
    }),

  /** Looks whether all is well; each check with what to do about it. */
  test: admins.input(One).mutation(async ({ ctx, input }) => {
    await detailOf(ctx, input.id);
    return gateOf(ctx.env, input.id).check(ctx.origin);
  }),

  /** Tells the provider where our webhook is, where that can be told. */
  connect: admins.input(One).mutation(async ({ ctx, input }) => {
    await detailOf(ctx, input.id);
    await note(ctx, 'channel.connected', input.id);
    return gateOf(ctx.env, input.id).connectWebhook(ctx.origin);
  }),

  /** Takes it into service or out of it. */
  setEnabled: admins.input(One.extend({ enabled: z.boolean() })).mutation(async ({ ctx, input }) => {
    const query = channels.enabling(database(ctx.env.DB), input.id, input.enabled, Date.now());
    if (!(await act(ctx, query, input.enabled ? 'channel.enabled' : 'channel.disabled', input.id))) throw missing();
    await gateOf(ctx.env, input.id).changed();
    return {};
  }),

  /** Lets a stopped channel send again. */
  resume: admins.input(One).mutation(async ({ ctx, input }) => {
    await detailOf(ctx, input.id);
    await note(ctx, 'channel.resumed', input.id);
    await gateOf(ctx.env, input.id).resume();
    return {};
  }),

  /** What may be sent when free text may not. */
  templates: allowed('conversations')
    .input(z.strictObject({ channelId: ChannelId }))
    .query(({ ctx, input }) => templates.list(database(ctx.env.DB), input.channelId)),

  /** Fetches the provider's list; answers with how many there are. */
  syncTemplates: admins.input(One).mutation(async ({ ctx, input }) => {
    await detailOf(ctx, input.id);
    const synced = await gateOf(ctx.env, input.id).syncTemplates();
    if ('reason' in synced) throw new TRPCError({ code: 'PRECONDITION_FAILED', message: synced.reason });
    await note(ctx, 'channel.templatesSynced', input.id);
    return synced;
  }),

  addTemplate: admins.input(One.extend({ template: WrittenTemplate })).mutation(async ({ ctx, input: { id, template } }) => {
    const { provider } = await detailOf(ctx, id);
    const { title, hasTemplates } = rulesOf(provider);
    if (!hasTemplates) throw refused(`${title} has no templates.`);
    const query = templates.insertingManual(database(ctx.env.DB), id, template, Date.now());
    if (!(await act(ctx, query, 'channel.templateAdded', id, { template: template.name, language: template.language })))
      throw new TRPCError({ code: 'CONFLICT', message: 'There is a template of this name and language already.' });
    return {};
  }),

  removeTemplate: admins
    .input(One.extend({ name: z.string().max(512), language: z.string().max(20) }))
    .mutation(async ({ ctx, input: { id, name, language } }) => {
      const query = templates.removing(database(ctx.env.DB), id, name, language);
      await act(ctx, query, 'channel.templateRemoved', id, { template: name, language });
      return {};
    }),
});
