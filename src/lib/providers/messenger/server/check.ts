import { z } from 'zod';
import type { Channel, Check, SendDeps } from '../../../domain/provider';
import { look, type Answer } from '../../../server/providers/call';
import { Id, soft } from '../../../server/providers/facts';
import { codeOf } from './errors';
import { graphUrl, Refused, type GraphError } from './graph';

/** What our webhook must be told; without `messages` nothing comes in at all. */
const FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_referrals',
  'message_deliveries',
  'message_reads',
  'message_reactions',
  'message_echoes',
  'message_edits',
  'standby',
];

const Page = z.object({ id: soft(Id), name: soft(z.string()) });
const Subscriptions = z.object({ data: z.array(z.object({ subscribed_fields: soft(z.array(z.string())) })) });

const good = (name: string): Check => ({ name, ok: true, help: null });
const bad = (name: string, help: string): Check => ({ name, ok: false, help });

/** Looks at what webhooks need, then asks Facebook for the page by its token, then what of the page our app is told. Sends nothing. */
export async function check(channel: Channel, deps: SendDeps): Promise<Check[]> {
  const { accessToken } = channel.secrets;
  const secrets = checkSecrets(channel);
  if (!accessToken)
    return [secrets, bad('Access token', 'Enter the page’s access token, made in the app under Messenger, API settings.')];
  const ask = (path: string[], query: Record<string, string>) =>
    look(graphUrl(deps.apiBase, [channel.accountId, ...path], { ...query, access_token: accessToken }), {}, deps);
  const [page, subscriptions] = await Promise.all([ask([], { fields: 'name' }), ask(['subscribed_apps'], {})]);
  return [secrets, checkPage(page, channel), checkSubscriptions(subscriptions)];
}

function checkSecrets({ secrets: { appSecret, verifyToken } }: Channel): Check {
  const name = 'App secret and verify token';
  if (!appSecret)
    return bad(name, 'Enter the app secret, from the app’s Basic settings. Without it no message can be taken as real.');
  if (!verifyToken) return bad(name, 'Choose a verify token, and enter the same one in the app’s webhook settings.');
  return good(name);
}

function checkPage(answer: Answer | { lost: string }, channel: Channel): Check {
  const name = 'Access token';
  const trouble = troubleOf(answer);
  if (trouble !== null) return bad(name, trouble);
  const { data } = 'json' in answer ? Page.safeParse(answer.json) : {};
  if (data?.id === undefined) return bad(name, 'Facebook’s answer could not be read. Try again in a moment.');
  if (data.id === channel.accountId) return good(name);
  return bad(name, `This token belongs to the page ${data.id}, not to ${channel.accountId}. Correct the page id or the token.`);
}

function checkSubscriptions(answer: Answer | { lost: string }): Check {
  const name = 'Webhook subscription';
  const trouble = troubleOf(answer);
  if (trouble !== null) return bad(name, trouble);
  const { data } = 'json' in answer ? Subscriptions.safeParse(answer.json) : {};
  if (!data) return bad(name, 'Facebook’s answer could not be read. Try again in a moment.');
  if (data.data.length === 0) {
    return bad(
      name,
      'No app is told about this page’s messages. Add the page in the app under Messenger, API settings, Webhooks.',
    );
  }
  const told = new Set(data.data.flatMap((app) => app.subscribed_fields ?? []));
  const missing = FIELDS.filter((field) => !told.has(field));
  return missing.length === 0
    ? good(name)
    : bad(name, `Tick these fields of the page’s webhook subscription: ${missing.join(', ')}.`);
}

/** What is wrong with an answer, with what to do about it; null when it is a yes. */
function troubleOf(answer: Answer | { lost: string }): string | null {
  if ('lost' in answer) return `Facebook could not be asked. ${answer.lost} Try again in a moment.`;
  const refused = Refused.safeParse(answer.json);
  if (refused.success) return helpFor(refused.data.error);
  if (answer.status >= 200 && answer.status <= 299) return null;
  return `Facebook answered with an error (HTTP ${answer.status}). Try again in a moment.`;
}

function helpFor(error: GraphError): string {
  const { code } = error;
  const told = `(Facebook’s error ${codeOf(error)}.)`;
  if (code === 190 || code === 102 || code === 0) {
    return `Facebook does not accept this token. Make a new one in the app under Messenger, API settings, and enter it here. ${told}`;
  }
  if (code === 3 || code === 10 || (code >= 200 && code <= 299)) {
    return `This token lacks a permission. Grant pages_messaging and pages_manage_metadata, then make a new token. ${told}`;
  }
  if (code === 100 || code === 803) return `This token does not reach the page. Correct the page id or the token. ${told}`;
  return `Facebook could not answer. Try again in a moment. ${told}`;
}
