import { demoChannels } from '../../demo/channels';
import { BUSINESS_ID } from '../wires/whatsapp';
import { respond, type Call, type Handled } from './call';
import { genericApi } from './generic';
import { attachmentsApi, messengerApi } from './messenger';
import { telegramApi } from './telegram';
import { whatsappApi } from './whatsapp';

/** Longer than Parley waits for a provider. */
const SILENCE_MS = 20_000;

/** One call of a provider API: what a real provider would answer, with the faults in force. */
export async function handleProvider(call: Call, origin: string): Promise<Response> {
  const { simulator } = call;
  const { provider } = await simulator.faults();
  if (provider !== 'up') return dead(provider);
  const handled = await dispatch(call);
  if (handled === null) return respond({ status: 404, body: { reason: 'not_found' } });
  if (handled instanceof Response) return handled;
  const { answer, delayMs } = await simulator.takeSend(handled.send, origin);
  await scheduler.wait(answer ? delayMs : SILENCE_MS);
  return answer ? new Response(answer.body, answer) : new Response(null, { status: 504 });
}

/** All providers share one base; whose call it is can be told by its path. Ids below `/v24.0/` differ between Meta's products. */
async function dispatch(call: Call): Promise<Handled> {
  const [first = '', node = ''] = call.path;
  if (first === 'messages') return genericApi(call);
  if (first === 'attachments') return attachmentsApi(call);
  if (first === 'lookaside') return whatsappApi(call);
  if (first === 'file' || first.startsWith('bot')) return telegramApi(call);
  if (!/^v\d+\.\d+$/.test(first)) return null;
  return isMessengers(call, node) ? messengerApi(call) : whatsappApi(call);
}

/** Besides the page itself those whose token stands in the query, which the Cloud API's never does. */
function isMessengers({ url }: Call, node: string): boolean {
  if (node === demoChannels.whatsapp.accountId || node === BUSINESS_ID) return false;
  return node === demoChannels.messenger.accountId || url.searchParams.has('access_token');
}

async function dead(how: 'cut' | 'badGateway' | 'silent'): Promise<Response> {
  if (how === 'badGateway') {
    return new Response('<html><h1>502 Bad Gateway</h1></html>', { status: 502, headers: { 'content-type': 'text/html' } });
  }
  if (how === 'silent') {
    await scheduler.wait(SILENCE_MS);
    return new Response(null, { status: 504 });
  }
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
    pull: (controller) => controller.error(new Error('the connection is cut')),
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}
