import { z } from 'zod';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { may, type Agent } from '../../src/lib/domain/role';
import {
  ActRequest,
  CampaignRequest,
  Faults,
  MAX_PHONE_FILE_BYTES,
  NewPhone,
  OpenRequest,
  PhoneId,
  plainSendFaults,
  type Overview,
} from '../../src/lib/domain/simulator';
import { readBody } from '../../src/lib/server/body';
import { demoChannelList } from '../demo/channels';
import { apiBaseOf as apiBaseOfProvider } from '../api-base';
import type { Env } from '../env';
import { campaignChoices, sendCampaign } from './campaigns';
import { parseBody } from '../webhooks/body';
import { filesOf } from './files';
import { keepFile, mimeOf, showFile, withKind } from './media';
import { handleProvider } from './provider/routes';
import { simulatorOf } from './object';
import { apiBaseOf } from './simulator';
import { allRefusals, providerOn } from './wires';

const BASE = '/simulator/api/';
/** Bodies of this API are short texts. */
const MAX_BODY_BYTES = 65_536;

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
  if (path[0] === 'provider') {
    const origin = originOf(env, request);
    const simulator = simulatorOf(env);
    return handleProvider({ request, url, path: path.slice(1), env, simulator, apiBase: apiBaseOf(origin) }, origin);
  }
  if (!agent) return refuse(401, 'unauthorized');
  if (!may(agent.role, 'simulator')) return refuse(403, 'forbidden');
  if (path[0] === 'files' && path.length <= 2) return files(request, env, path[1], url);
  return phones(request, env, path, url);
}

/** Where webhooks go: the origin that Parley's own sends reach, as it surely is this Worker's; else the one that was called. */
function originOf(env: Env, request: Request): string {
  const base = apiBaseOfProvider(env, 'whatsapp');
  const own = URL.canParse(base) && new URL(base).pathname.startsWith(`${BASE}provider`);
  return new URL(own ? base : request.url).origin;
}

/** `POST files?name=` keeps a file that was chosen on a phone; `GET files/{id}` shows one. */
async function files(request: Request, env: Env, id: string | undefined, url: URL): Promise<Response> {
  if (id !== undefined) {
    if (request.method !== 'GET') return refuse(405, 'method_not_allowed');
    return (await showFile(env, id)) ?? refuse(404, 'not_found');
  }
  if (request.method !== 'POST') return refuse(405, 'method_not_allowed');
  const bytes = await readBody(request, MAX_PHONE_FILE_BYTES);
  if (!bytes) return refuse(413, 'too_large');
  if (bytes.length === 0) return refuse(400, 'empty');
  const name = url.searchParams.get('name');
  return Response.json(withKind(await keepFile(env, new Blob([bytes]), mimeOf(request.headers.get('content-type')), name)));
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
      return withBody(request, Faults, async (faults) => {
        const isKnown = plainSendFaults.some((plain) => plain === faults.nextSend);
        if (!isKnown && !allRefusals.some(({ key }) => key === faults.nextSend)) return refuse(400, 'bad_request');
        return Response.json(await simulator.setFaults(faults));
      });
    case 'GET calls':
      return Response.json(await simulator.calls(url.searchParams.get('messageId') ?? ''));
  }
  if (id === undefined) return refuse(404, 'not_found');
  switch (route) {
    case 'GET phones/:id':
      return found(await simulator.thread(id));
    case 'POST phones/:id/messages':
      return withBody(request, ActRequest, async ({ act, agoMs }) => {
        const carried = await filesOf(env, act);
        if (!carried) return refuse(404, 'not_found');
        const result = await simulator.act(id, act, carried, agoMs, origin);
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
  const channels = demoChannelList.map(({ id, name, provider }) => ({ id, name, provider }));
  return { ...(await simulatorOf(env).overview()), channels, campaigns: await campaignChoices(env), refusals: [...allRefusals] };
}

async function withBody<T>(request: Request, schema: z.ZodType<T>, use: (body: T) => Promise<Response>): Promise<Response> {
  const bytes = await readBody(request, MAX_BODY_BYTES);
  if (!bytes) return refuse(413, 'too_large');
  const parsed = schema.safeParse(parseBody(bytes)?.json);
  return parsed.success ? use(parsed.data) : refuse(400, 'bad_request');
}

const found = (value: object | null): Response => (value ? Response.json(value) : refuse(404, 'not_found'));

const refuse = (status: number, reason: string): Response => Response.json({ reason }, { status });
