import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';
import type { BroadcastFrame, Outcome, Progress } from '../domain/broadcast';
import type { CampaignDraft } from '../domain/campaign-draft';
import { api } from './api';
import { problemOf } from './problem';

export type CampaignDetail = Awaited<ReturnType<typeof api.campaigns.get.query>>;
export type RecipientRow = Awaited<ReturnType<typeof api.campaigns.recipients.query>>['items'][number];

/** Somebody else was quicker: their version stands, and what was typed here is still here. */
export type Conflict = { words: string; version: number };

const Changed = z.object({ reason: z.literal('campaign_changed'), version: z.number() });

/** One campaign's page: what it shows and does. Every act answers with why it did not work, in words, or null. */
export class CampaignPage {
  readonly id: string;
  detail: CampaignDetail | null = $state.raw(null);
  /** Why there is nothing to show. */
  problem: string | null = $state(null);
  conflict: Conflict | null = $state.raw(null);
  /** What is under way; one thing at a time. */
  busy: string | null = $state(null);
  /** As its object tells; newer than the detail. */
  live: Progress | null = $state.raw(null);

  constructor(id: string) {
    this.id = id;
  }

  /** How far its sending is, as new as there is; null = it has not begun. */
  get progress(): Progress | null {
    return this.live ?? this.detail?.progress ?? null;
  }

  async load(): Promise<void> {
    try {
      this.detail = await api.campaigns.get.query({ id: this.id });
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error).words;
    }
  }

  /** A frame of the live connection. What changes who may do what is asked for again. */
  hear(frame: BroadcastFrame): void {
    if (frame.type !== 'progress') return;
    const before = this.progress?.phase;
    this.live = frame.progress;
    if (frame.progress && frame.progress.phase !== before) void this.load();
  }

  /** Makes it, or saves it over the version that was looked at; null = it is saved. */
  save(draft: CampaignDraft, version: number): Promise<string | null> {
    return this.#act('save', async () => {
      this.detail = version === 0 ? await api.campaigns.create.mutate({ id: this.id, draft }) : await api.campaigns.update.mutate({ id: this.id, version, draft }); // prettier-ignore
    });
  }

  submit = () => this.#act('submit', async () => void (this.detail = await api.campaigns.submit.mutate(this.#seen())));
  approve = () => this.#act('approve', async () => void (this.detail = await api.campaigns.approve.mutate(this.#seen())));
  sendBack = (comment: string) =>
    this.#act('sendBack', async () => void (this.detail = await api.campaigns.sendBack.mutate({ ...this.#seen(), comment })));
  schedule = (at: number) => this.#do('schedule', () => api.campaigns.schedule.mutate({ ...this.#seen(), at }));
  unschedule = () => this.#do('unschedule', () => api.campaigns.unschedule.mutate(this.#seen()));
  send = () => this.#do('send', () => api.campaigns.sendNow.mutate(this.#seen()));
  pause = () => this.#do('pause', () => api.campaigns.pause.mutate({ id: this.id }));
  resume = () => this.#do('resume', () => api.campaigns.resume.mutate({ id: this.id }));
  stop = () => this.#do('stop', () => api.campaigns.stop.mutate({ id: this.id }));
  remove = () => this.#act('remove', () => api.campaigns.remove.mutate(this.#seen()));

  /** Copies it; `newId` is the copy's, so that the same click twice makes one. */
  duplicate(newId: string): Promise<string | null> {
    return this.#act('duplicate', () => api.campaigns.duplicate.mutate({ id: this.id, newId }));
  }

  /** How many people it would reach if it were sent now; null when that cannot be said. */
  async reach(): Promise<number | null> {
    try {
      return (await api.campaigns.reach.query({ id: this.id })).total;
    } catch {
      return null;
    }
  }

  recipients(outcome: Outcome | null, after: number) {
    return api.campaigns.recipients.query({ id: this.id, ...(outcome && { outcome }), after });
  }

  #seen(): { id: string; version: number } {
    return { id: this.id, version: this.detail?.version ?? 1 };
  }

  #do(what: string, work: () => Promise<unknown>): Promise<string | null> {
    return this.#act(what, async () => {
      await work();
      this.live = null;
      await this.load();
    });
  }

  async #act(what: string, work: () => Promise<unknown>): Promise<string | null> {
    if (this.busy !== null) return null;
    this.busy = what;
    try {
      await work();
      this.conflict = null;
      return null;
    } catch (error) {
      const { words } = problemOf(error);
      const changed = error instanceof TRPCClientError ? Changed.safeParse(error.data) : null;
      if (changed?.success) this.conflict = { words, version: changed.data.version };
      return words;
    } finally {
      this.busy = null;
    }
  }
}
