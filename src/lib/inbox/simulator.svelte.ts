import { SvelteSet } from 'svelte/reactivity';
import { MAX_PHONE_FILE_BYTES, noFaults, type ActRequest, type ChannelChoice, type Choice, type Faults, type KeptFile, type NewPhone, type Overview, type Phone, type PhoneMessage, type Post, type Refusal, type SimulatorFrame } from '../domain/simulator'; // prettier-ignore
import { attention, headersOf } from './attention';
import { LiveSocket } from './live-socket.svelte';

const BASE = '/simulator/api/';
/** Webhooks kept on screen. */
const POSTS = 30;

/** Thrown when the simulator refuses or cannot be reached; the message is for the Admin. */
export class SimulatorError extends Error {}

/** Everything on the simulator's page: the phones, the one in hand, the faults, and the webhooks as they are posted. */
export class SimulatorDesk {
  state: 'loading' | 'ready' | 'failed' = $state('loading');
  phones: Phone[] = $state([]);
  channels: ChannelChoice[] = $state([]);
  campaigns: Choice[] = $state([]);
  faults: Faults = $state(noFaults);
  /** What the providers can be made to answer. */
  refusals: Refusal[] = $state.raw([]);
  posts: Post[] = $state([]);
  messages: PhoneMessage[] = $state([]);
  /** The phone in hand. */
  inHandId: string | null = $state(null);
  /** Phones that got an answer while another one was in hand. */
  readonly fresh = new SvelteSet<string>();
  readonly live = new LiveSocket<SimulatorFrame>({
    url: () => `${BASE}live`,
    onframe: (frame) => this.#take(frame),
    onopen: () => void this.#load(),
  });

  get inHand(): Phone | null {
    return this.phones.find((phone) => phone.id === this.inHandId) ?? null;
  }

  /** Takes a phone in hand, or puts it away. */
  async take(id: string | null): Promise<void> {
    if (id === this.inHandId) return;
    this.inHandId = id;
    this.messages = [];
    if (id === null) return;
    this.fresh.delete(id);
    await this.#loadThread(id);
  }

  /** Adds a phone and answers with its id. */
  async add(phone: NewPhone): Promise<string> {
    const added = await call<Phone>('POST', 'phones', phone);
    this.#take({ type: 'phone', phone: added });
    return added.id;
  }

  async act(request: ActRequest): Promise<void> {
    if (this.inHandId !== null) await call('POST', `phones/${this.inHandId}/messages`, request);
  }

  /** Keeps a file of this computer for the phone to send. */
  async keep(file: File): Promise<KeptFile> {
    if (file.size > MAX_PHONE_FILE_BYTES) throw new SimulatorError(words.too_large);
    const type = file.type || 'application/octet-stream';
    return call<KeptFile>('POST', `files?name=${encodeURIComponent(file.name)}`, new Blob([file], { type }));
  }

  async receiveCampaign(campaignId: string): Promise<void> {
    if (this.inHandId !== null) await call('POST', `phones/${this.inHandId}/campaign`, { campaignId });
  }

  async setOpen(isOpen: boolean): Promise<void> {
    if (this.inHandId !== null) await call('PUT', `phones/${this.inHandId}/open`, { isOpen });
  }

  async setFaults(change: Partial<Faults>): Promise<void> {
    this.faults = await call<Faults>('PUT', 'faults', { ...this.faults, ...change });
  }

  async #load(): Promise<void> {
    try {
      const { phones, channels, campaigns, faults, refusals, posts } = await call<Overview>('GET', 'phones');
      this.phones = phones;
      this.channels = channels;
      this.campaigns = campaigns;
      this.faults = faults;
      this.refusals = refusals;
      this.posts = posts;
      if (this.inHandId !== null) await this.#loadThread(this.inHandId);
      this.state = 'ready';
    } catch {
      if (this.state === 'loading') this.state = 'failed';
    }
  }

  async #loadThread(id: string): Promise<void> {
    const { messages } = await call<{ messages: PhoneMessage[] }>('GET', `phones/${id}`);
    if (this.inHandId === id) this.messages = messages;
  }

  #take(frame: SimulatorFrame): void {
    switch (frame.type) {
      case 'phone':
        this.phones = [frame.phone, ...this.phones.filter((phone) => phone.id !== frame.phone.id)].sort(byRecency);
        return;
      case 'message':
        if (frame.phoneId === this.inHandId) this.messages = withMessage(this.messages, frame.message);
        else if (frame.message.from !== 'user') this.fresh.add(frame.phoneId);
        return;
      case 'faults':
        this.faults = frame.faults;
        return;
      case 'post':
        this.posts = [frame.post, ...this.posts.filter((post) => post.id !== frame.post.id)].slice(0, POSTS);
        return;
    }
  }
}

const byRecency = (a: Phone, b: Phone): number => b.lastAt - a.lastAt || (a.id < b.id ? -1 : 1);

/** The messages with this one added, or in place of its older self; in order of arrival. */
function withMessage(messages: readonly PhoneMessage[], message: PhoneMessage): PhoneMessage[] {
  const others = messages.filter((other) => other.id !== message.id);
  return [...others, message].sort((a, b) => a.seq - b.seq);
}

const words = {
  not_found: 'It is not there any more.',
  not_on_this_channel: 'This channel has no such thing.',
  channel_not_simulated: 'This channel cannot be played here.',
  bad_request: 'Check what you have entered.',
  too_large: 'A phone here sends files of up to 2 MB.',
  empty: 'This file is empty.',
};

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    const isFile = body instanceof Blob;
    const headers = { ...(body !== undefined && !isFile && { 'content-type': 'application/json' }), ...headersOf(attention) };
    response = await fetch(BASE + path, { method, headers, body: isFile || body === undefined ? body : JSON.stringify(body) });
  } catch {
    throw new SimulatorError('The simulator cannot be reached. Check the connection and try again.');
  }
  const text = await response.text();
  if (!response.ok) throw new SimulatorError(wordsOf(text) ?? `The simulator refused it (${response.status}).`);
  // Our own server's answer, typed as the frames of its socket are.
  const answer: T = JSON.parse(text);
  return answer;
}

function wordsOf(text: string): string | null {
  try {
    const answer: { reason?: string } = JSON.parse(text);
    return new Map(Object.entries(words)).get(answer.reason ?? '') ?? null;
  } catch {
    return null;
  }
}

/** Where the page gets a file's bytes. */
export const fileUrl = (id: string): string => `${BASE}files/${id}`;
