import type { ChannelForm, SecretName } from '../domain/channel-form';
import type { ChannelSettings, Check } from '../domain/provider';
import { rulesOf } from '../domain/provider-rules';
import { api } from './api';
import type { ChannelDesk, ChannelDetail } from './channels.svelte';
import { problemOf, type Problem } from './problem';

export type ListedTemplate = Awaited<ReturnType<typeof api.channels.templates.query>>[number];
export type WrittenTemplate = Parameters<typeof api.channels.addTemplate.mutate>[0]['template'];
export type OverlapMs = Parameters<typeof api.channels.rotate.mutate>[0]['overlapMs'];

/** One channel's page: what it shows and does. Every act answers with why it did not work, in words, or null. */
export class ChannelPage {
  readonly id: string;
  readonly #desk: ChannelDesk;
  detail: ChannelDetail | null = $state.raw(null);
  /** What its provider asks for; there with the detail. */
  form: ChannelForm | null = $state.raw(null);
  /** Why there is nothing to show. */
  problem: string | null = $state(null);
  checks: readonly Check[] | null = $state.raw(null);
  templates: readonly ListedTemplate[] | null = $state.raw(null);
  /** What is under way; one thing at a time. */
  busy: string | null = $state(null);

  constructor(id: string, desk: ChannelDesk) {
    this.id = id;
    this.#desk = desk;
  }

  /** Its health, as new as the list's. */
  get health() {
    return this.#desk.rows?.find((row) => row.id === this.id)?.health ?? this.detail?.health ?? null;
  }

  async load(): Promise<void> {
    try {
      const detail = await api.channels.get.query({ id: this.id });
      this.form = await rulesOf(detail.provider).form();
      this.detail = detail;
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error).words;
    }
  }

  test(): Promise<string | null> {
    return this.#act('test', async () => void (this.checks = await api.channels.test.mutate({ id: this.id })));
  }

  async connect(): Promise<string | null> {
    let check: Check | null = null;
    const problem = await this.#act('connect', async () => void (check = await api.channels.connect.mutate({ id: this.id })));
    return problem ?? helpOf(check);
  }

  /** Says also which fields were wrong. */
  save(name: string, settings: ChannelSettings): Promise<Problem | null> {
    return this.#try('save', () => api.channels.update.mutate({ id: this.id, name, settings }));
  }

  /** Replaces one secret: by the typed one, or by a generated one (null), which can then be seen on the page. */
  replace(name: SecretName, typed: string | null, overlapMs: OverlapMs): Promise<string | null> {
    return this.#act('replace', async () => {
      const generate = typed === null && (name === 'verifyToken' || name === 'webhookSecret') ? [name] : [];
      const secrets = typed === null ? {} : { [name]: typed };
      const { shown } = await api.channels.rotate.mutate({ id: this.id, secrets, generate, overlapMs });
      if (Object.keys(shown).length > 0) this.#desk.shown.set(this.id, { ...this.#desk.shown.get(this.id), ...shown });
    });
  }

  setEnabled(enabled: boolean): Promise<string | null> {
    return this.#act('enable', () => api.channels.setEnabled.mutate({ id: this.id, enabled }));
  }

  resume(): Promise<string | null> {
    return this.#act('resume', () => api.channels.resume.mutate({ id: this.id }));
  }

  async loadTemplates(): Promise<string | null> {
    try {
      this.templates = await api.channels.templates.query({ channelId: this.id });
      return null;
    } catch (error) {
      return problemOf(error).words;
    }
  }

  syncTemplates(): Promise<string | null> {
    return this.#act('sync', async () => {
      await api.channels.syncTemplates.mutate({ id: this.id });
      await this.loadTemplates();
    });
  }

  addTemplate(template: WrittenTemplate): Promise<string | null> {
    const add = () => api.channels.addTemplate.mutate({ id: this.id, template });
    return this.#act('addTemplate', add, () => this.loadTemplates());
  }

  removeTemplate({ name, language }: ListedTemplate): Promise<string | null> {
    const remove = () => api.channels.removeTemplate.mutate({ id: this.id, name, language });
    return this.#act('removeTemplate', remove, () => this.loadTemplates());
  }

  async #act(what: string, work: () => Promise<unknown>, refresh?: () => Promise<unknown>): Promise<string | null> {
    return (await this.#try(what, work, refresh))?.words ?? null;
  }

  /** `refresh` gets what the act has changed on the page: unless it is said, everything about the channel. */
  async #try(
    what: string,
    work: () => Promise<unknown>,
    refresh: () => Promise<unknown> = () => this.#reload(),
  ): Promise<Problem | null> {
    this.busy = what;
    try {
      await work();
      // A test tells of the channel as it was.
      if (what !== 'test') this.checks = null;
      await refresh();
      return null;
    } catch (error) {
      return problemOf(error);
    } finally {
      this.busy = null;
    }
  }

  async #reload(): Promise<void> {
    await Promise.all([this.load(), this.#desk.refresh()]);
  }
}

const helpOf = (check: Check | null): string | null => (check === null || check.ok ? null : (check.help ?? 'It did not work.'));
