import type { Channel, Check, Provider, SendDeps } from '../../src/lib/domain/provider';
import { rulesOf } from '../../src/lib/domain/provider-rules';
import type { Template } from '../../src/lib/domain/template';
import { load, type StoredChannel } from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { replaceSynced } from '../../src/lib/server/db/templates';
import { providerOf } from '../../src/lib/server/providers';
import { apiBaseOf } from '../api-base';
import type { Env } from '../env';
import { TEST_BODY, TEST_HEADER } from '../webhooks/test-delivery';
import type { Health } from './channel-gate';

/** An Admin waits for it. */
const PATIENCE_MS = 15_000;
/** More than any business account may have. */
const MAX_TEMPLATES = 6_000;

const NO_TEMPLATES = 'The templates could not be fetched. Try again in a moment.';

/** What a sync found, or in words why it did not. */
export type Synced = { count: number } | { reason: string };

/**
 * Everything that can be wrong with a channel, each as a check with what to do about it. `origin` is where the Admin reaches us. Never
 * throws.
 */
export async function checkChannel(env: Env, id: string, health: Health, origin: string): Promise<Check[]> {
  const found = await ready(env, id);
  if ('problem' in found) return [found.problem];
  const { stored, provider } = found;
  return [
    ...(await ofProvider(stored.channel, () => provider.check(stored.channel, depsOf(env, stored.channel)))),
    await reachCheck(env, origin, stored, provider),
    {
      name: 'Messages arrive',
      ok: health.lastInboundAt !== null,
      help: health.lastInboundAt !== null ? null : 'Nothing has come in yet. Write to the channel from a phone, and test again.',
    },
    { name: 'Sending is not stopped', ok: health.stopped === null, help: health.stopped && `${health.stopped.reason} Then resume it.` },
    { name: 'The channel is enabled', ok: stored.enabled, help: stored.enabled ? null : 'It takes and sends nothing until you enable it.' },
  ]; // prettier-ignore
}

/** Addresses that mean something here only. */
const LOCAL = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)|\.(localhost|local|internal)$/;

/** Posts an empty delivery to our own webhook, from outside and as genuine as the provider's: does it arrive, and is it believed? */
async function reachCheck(env: Env, origin: string, { channel, enabled }: StoredChannel, provider: Provider): Promise<Check> {
  const check = (help: string | null): Check => ({ name: 'A test event reaches the webhook', ok: help === null, help });
  const { protocol, hostname } = new URL(origin);
  const isServedHere = URL.parse(apiBaseOf(env, channel.provider))?.origin === origin;
  if (!isServedHere && LOCAL.test(hostname)) {
    return check(`Providers cannot reach ${hostname}. Deploy, or open a tunnel and use its address.`);
  }
  if (!isServedHere && protocol !== 'https:') return check('Providers post to https addresses only.');
  const headers = await provider.prove(TEST_BODY, channel, Date.now());
  if (!headers) return check('The channel has no secret to know its provider by. Enter it under Secrets.');
  const init = {
    method: 'POST',
    body: TEST_BODY,
    headers: { ...headers, 'content-type': 'application/json', [TEST_HEADER]: '1' },
  };
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { status } = await fetch(`${origin}/webhooks/${channel.id}`, { ...init, redirect: 'manual', signal });
    if (status === 200) return check(null);
    if (status === 404 && !enabled) return check('A disabled channel takes nothing.');
    if (status === 401) return check('It arrived, but was not believed. Wait half a minute after a new secret, and test again.');
    return check(`It was answered with HTTP ${status}. Look at what stands between the provider and this address.`);
  } catch {
    return check(`${hostname} did not answer.`);
  }
}

/** Has the provider post to our webhook from now on. Never throws. */
export async function connectChannel(env: Env, id: string, origin: string): Promise<Check> {
  const found = await ready(env, id);
  if ('problem' in found) return found.problem;
  const { channel } = found.stored;
  const { connect } = found.provider;
  if (!connect) {
    return {
      name: 'Connect',
      ok: false,
      help: `Enter the webhook’s address in ${rulesOf(channel.provider).title}’s own settings.`,
    };
  }
  const [check] = await ofProvider(channel, async () => [
    await connect(`${origin}/webhooks/${id}`, channel, depsOf(env, channel)),
  ]);
  return check ?? failedCheck;
}

/** Makes the provider's approved templates the channel's. Never throws. */
export async function syncTemplates(env: Env, id: string): Promise<Synced> {
  const found = await ready(env, id);
  if ('problem' in found) return { reason: found.problem.help ?? found.problem.name };
  const { provider, stored } = found;
  if (!provider.listTemplates) return { reason: 'This channel has no templates.' };
  let templates: Template[];
  try {
    templates = await provider.listTemplates(stored.channel, depsOf(env, stored.channel));
  } catch (error) {
    // The port promises words for an Admin.
    return { reason: withoutSecrets(error instanceof Error ? error.message : NO_TEMPLATES, stored.channel) };
  }
  try {
    await replaceSynced(env.DB, id, templates.slice(0, MAX_TEMPLATES), Date.now());
    return { count: Math.min(templates.length, MAX_TEMPLATES) };
  } catch (error) {
    console.error({ event: 'templates_not_stored', channelId: id, error: String(error) });
    return { reason: NO_TEMPLATES };
  }
}

const failedCheck: Check = { name: 'The provider answers', ok: false, help: 'It could not be asked. Try again in a moment.' };

type Ready = { stored: StoredChannel; provider: Provider };

/** The channel with its current secrets, whether in service or not, and who carries it; or what stands in the way. */
async function ready(env: Env, id: string): Promise<Ready | { problem: Check }> {
  const problem = (name: string, help: string) => ({ problem: { name, ok: false, help } });
  let stored: StoredChannel | null;
  try {
    stored = await load(database(env.DB), id, env.SECRET_KEY);
  } catch (error) {
    console.error({ event: 'channel_unreadable', channelId: id, error: String(error) });
    return problem('Its secrets can be read', 'They were stored under another SECRET_KEY. Enter them again.');
  }
  if (!stored) return problem('The channel is there', 'There is no such channel.');
  const provider = providerOf(stored.channel.provider);
  if (!provider)
    return problem('The provider is known', `This version does not speak ${rulesOf(stored.channel.provider).title} yet.`);
  return { stored, provider };
}

/** Providers promise not to throw; a promise broken is a check that failed, not a page. */
async function ofProvider(channel: Channel, work: () => Promise<Check[]>): Promise<Check[]> {
  try {
    const checks = await work();
    return checks.map((check) => ({ ...check, help: check.help && withoutSecrets(check.help, channel) }));
  } catch (error) {
    console.error({ event: 'check_failed', channelId: channel.id, error: error instanceof Error ? error.name : 'unknown' });
    return [failedCheck];
  }
}

/** A provider's words can repeat what they are about, a token in an address for one. */
function withoutSecrets(words: string, { secrets }: Channel): string {
  return Object.values(secrets).reduce((text: string, secret) => text.replaceAll(secret, '…'), words);
}

const depsOf = (env: Env, { provider }: Channel): SendDeps => ({
  fetch: (...request) => fetch(...request),
  apiBase: apiBaseOf(env, provider),
  now: Date.now(),
  signal: AbortSignal.timeout(PATIENCE_MS),
});
