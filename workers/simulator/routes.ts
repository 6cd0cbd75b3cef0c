import { z } from 'zod';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { may, type Agent } from '../../src/lib/domain/role';
import {
  ActRequest,
  CampaignRequest,
  Faults,
  NewPhone,
  OpenRequest,
  PhoneId,
  type Overview,
} from '../../src/lib/domain/simulator';
import { demoChannelList } from '../demo/channels';
import type { Env } from '../env';
import { campaignChoices, sendCampaign } from './campaigns';
import { checkGeneric, checkWhatsApp, type Checked } from './provider-api';
import type { Answer } from './sends';
import type { Simulator } from './simulator';
import { providerOn } from './wires';

const BASE = '/simulator/api/';
/** Longer than Parley waits for a provider. */
const SILENCE_MS = 20_000;
/** Bodies of this API are short texts. */
const MAX_BODY_BYTES = 65_536;

/** The one simulator object; the only place that names it. */
export const simulatorOf = (env: Env): DurableObjectStub<Simulator> =>
  env.SIMULATOR_STATE.get(env.SIMULATOR_STATE.idFromName('simulator'));

/** Whether a request is a send of Parley's to the provider's stand-in: a server's call, without a browser behind it. */
export const isProviderCall = (url: URL): boolean => url.pathname.startsWith(`${BASE}provider/`);

/**
 * Everything under `/simulator/api/`: 404 unless SIMULATOR is "on". `provider/…` is what Parley's sends reach, guarded as a real
 * provider guards it; all else is the page's and needs the permission `simulator`. `agent` is who is signed in.
 */
export async function handleSimulator(
  request: Request,
  env: Env,
  _ctx: ExecutionContext,
  agent: Agent | null,
): Promise<Response> {
  const url = new URL(request.url);
  if (env.SIMULATOR !== 'on' || !url.pathname.startsWith(BASE)) return refuse(404, 'not_found');
  const path = url.pathname.slice(BASE.length).split('/');
  if (path[0] === 'provider') return provider(request, env, path.slice(1));
  if (!agent) return refuse(401, 'unauthorized');
  if (!may(agent.role, 'simulator')) return refuse(403, 'forbidden');
  if (path[0] === 'live') return simulatorOf(env).fetch(request);
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return refuse(413, 'too_large');
  return phones(request, env, path, url);
}

/** Where webhooks go: the origin that Parley's own sends reach, as it surely is this Worker's; else the one that was called. */
function originOf(env: Env, request: Request): string {
  const base = env.WHATSAPP_API_BASE;
  const own = URL.canParse(base) && new URL(base).pathname.startsWith(`${BASE}provider`);
  return new URL(own ? base : request.url).origin;
}

async function provider(request: Request, env: Env, path: string[]): Promise<Response> {
  if (request.method !== 'POST') return refuse(405, 'method_not_allowed');
  const checked = await check(request, path);
  if (!checked) return refuse(404, 'not_found');
  if ('refusal' in checked) return respond(checked.refusal);
  const { answer, delayMs } = await simulatorOf(env).takeSend(checked.send, originOf(env, request));
  await scheduler.wait(answer ? delayMs : SILENCE_MS);
  if (!answer) return refuse(504, 'silence');
  return respond(answer);
}

async function check(request: Request, [first, second, third, ...rest]: string[]): Promise<Checked | null> {
  if (rest.length > 0) return null;
  if (first === 'messages' && second === undefined) return checkGeneric(request, Date.now());
  if (/^v\d+\.\d+$/.test(first ?? '') && second !== undefined && third === 'messages') return checkWhatsApp(request, second);
  return null;
}

async function phones(request: Request, env: Env, path: string[], url: URL): Promise<Response> {
  const simulator = simulatorOf(env);
  const origin = originOf(env, request);
  const route = `${request.method} ${[path[0], path[1] && ':id', ...path.slice(2)].filter(Boolean).join('/')}`;
  const id = PhoneId.safeParse(path[1]).data;
  switch (route) {
    case 'GET phones':
      return Response.json(await overview(env));
    case 'POST phones':
      return withBody(request, NewPhone, async ({ channelId, address, name }) => {
        const provider = providerOn(channelId);
        if (!provider) return refuse(400, 'channel_not_simulated');
        const phone = { id: await conversationIdOf(channelId, address), channelId, provider, address, name: name || null };
        return Response.json(await simulator.addPhone(phone));
      });
    case 'PUT faults':
      return withBody(request, Faults, async (faults) => Response.json(await simulator.setFaults(faults)));
    case 'GET calls':
      return Response.json(await simulator.calls(url.searchParams.get('messageId') ?? ''));
  }
  if (id === undefined) return refuse(404, 'not_found');
  switch (route) {
    case 'GET phones/:id':
      return found(await simulator.thread(id));
    case 'POST phones/:id/messages':
      return withBody(request, ActRequest, async ({ act, agoMs }) => {
        const result = await simulator.act(id, act, agoMs, origin);
        if (result.ok) return Response.json(result.value);
        return refuse(result.error.reason === 'not_found' ? 404 : 400, result.error.reason);
      });
    case 'PUT phones/:id/open':
      return withBody(request, OpenRequest, async ({ isOpen }) => found(await simulator.setOpen(id, isOpen, origin)));
    case 'POST phones/:id/campaign':
      return withBody(request, CampaignRequest, async ({ campaignId }) =>
        found(await sendCampaign(env, simulator, id, campaignId)),
      );
    default:
      return refuse(404, 'not_found');
  }
}

async function overview(env: Env): Promise<Overview> {
  const channels = demoChannelList.filter(({ id }) => providerOn(id)).map(({ id, name }) => ({ id, name }));
  return { ...(await simulatorOf(env).overview()), channels, campaigns: await campaignChoices(env) };
}

async function withBody<T>(request: Request, schema: z.ZodType<T>, use: (body: T) => Promise<Response>): Promise<Response> {
  let json: unknown;
  try {
    json = await request.json();
  } catch {
    return refuse(400, 'bad_request');
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? use(parsed.data) : refuse(400, 'bad_request');
}

const found = (value: object | null): Response => (value ? Response.json(value) : refuse(404, 'not_found'));

const respond = ({ status, body, headers }: Answer): Response => new Response(body, { status, headers });

const refuse = (status: number, reason: string): Response => Response.json({ reason }, { status });
