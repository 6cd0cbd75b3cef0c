import { render, type CampaignContent, type Recipient } from '../domain/campaign-content';
import { problemsOf, type CampaignDraft, type DraftProblem } from '../domain/campaign-draft';
import { ChannelId } from '../domain/ids';
import { rulesOf } from '../domain/provider-rules';
import type { Template } from '../domain/template';
import { api } from './api';
import type { CampaignDetail } from './campaign-page.svelte';
import { problemOf } from './problem';
import { tick } from 'svelte';

export type EditorChoices = Awaited<ReturnType<typeof api.campaigns.choices.query>>;
export type EditorTemplates = Awaited<ReturnType<typeof api.campaigns.templates.query>>;
export type EditorSegment = Awaited<ReturnType<typeof api.segments.options.query>>[number];

/** Somebody to show the message with: made up, because not everybody who writes campaigns may see people. */
const example: Recipient = { name: 'Asha Menon', properties: {} };
const exampleValues = { text: 'Kochi', number: 12, boolean: true, date: '2026-12-01' } as const;

/** A draft while it is being written: what is typed, what there is to choose from, and what is still missing. */
export class CampaignEditor {
  name = $state('');
  labels: string[] = $state([]);
  channelId = $state('');
  text = $state('');
  buttons: string[] = $state([]);
  /** `name language`; empty = none chosen. */
  templateKey = $state('');
  values: Record<string, string> = $state({});
  segmentId = $state('');
  choices: EditorChoices | null = $state.raw(null);
  segments: readonly EditorSegment[] = $state.raw([]);
  templates: EditorTemplates | null = $state.raw(null);
  /** How many it reaches: null = being counted, or cannot be. */
  reach: { total: number | null; windowMs: number | null } | null = $state.raw(null);
  #saved = $state('');
  #choicesProblem: string | null = $state(null);
  #templatesProblem: string | null = $state(null);
  #loading: Promise<void> | null = null;
  #loadingTemplates: Promise<void> | null = null;

  constructor(detail: CampaignDetail | null) {
    if (detail) this.fill(detail);
    else this.settle();
  }

  /** Shows what is stored. */
  fill({ name, labels, channelId, content, audience }: CampaignDetail): void {
    this.name = name;
    this.labels = [...labels];
    this.channelId = channelId;
    this.text = content.text;
    this.buttons = [...content.buttons];
    this.templateKey = content.template ? keyOf(content.template) : '';
    this.values = { ...content.values };
    this.segmentId = audience.segmentId ?? '';
    this.settle();
  }

  /** What is typed now is what is stored. */
  settle(): void {
    this.#saved = this.#typed;
  }

  /** Whether something typed would be lost, also while it is not enough for a draft. */
  get isChanged(): boolean {
    return this.#typed !== this.#saved;
  }

  /** Why the editor cannot be used. */
  get problem(): string | null {
    return this.#choicesProblem ?? (this.hasTemplates ? this.#templatesProblem : null);
  }

  /** Whether the chosen channel takes campaigns as templates. */
  get hasTemplates(): boolean {
    return this.channel !== null && rulesOf(this.channel.provider).hasTemplates;
  }

  /** The templates of the chosen channel could not be had. */
  get templatesFailed(): boolean {
    return this.hasTemplates && this.#templatesProblem !== null;
  }

  get channel() {
    return this.choices?.channels.find(({ id }) => id === this.channelId) ?? null;
  }

  get template(): Template | null {
    return this.templates?.find((template) => keyOf(template) === this.templateKey) ?? null;
  }

  get content(): CampaignContent {
    const [name, language] = this.templateKey.split(' ');
    const template = name && language ? { name, language } : null;
    if (template) return { text: '', buttons: [], template, values: { ...this.values } };
    return { text: this.text, buttons: this.buttons.map((caption) => caption.trim()).filter((caption) => caption !== ''), template: null, values: {} }; // prettier-ignore
  }

  /** Ready for the server; null while it has neither a name nor a channel. */
  get draft(): CampaignDraft | null {
    const channelId = ChannelId.safeParse(this.channelId);
    const name = this.name.trim();
    if (!channelId.success || name === '') return null;
    const audience = { segmentId: this.segmentId === '' ? null : this.segmentId };
    return { name, labels: [...this.labels].sort(), channelId: channelId.data, content: this.content, audience };
  }

  /** What keeps it from being submitted. */
  get problems(): DraftProblem[] {
    const { draft, channel, choices } = this;
    if (this.name.trim() === '') return [{ field: 'name', words: 'Give the campaign a name.' }];
    if (!choices) return [{ field: 'channel', words: 'The channels could not be loaded. Try again above.' }];
    if (!draft || !channel) return [{ field: 'channel', words: 'Choose a channel.' }];
    if (this.templatesFailed) return [{ field: 'template', words: 'The templates could not be loaded. Try again above.' }];
    return problemsOf(draft, {
      provider: channel.provider,
      template: this.template,
      customKeys: choices.properties.map(({ key }) => key),
      hasSegment: this.segmentId === '' || this.segments.some(({ id }) => id === this.segmentId),
    });
  }

  /** The message as the made-up customer gets it. */
  get preview() {
    const properties = Object.fromEntries((this.choices?.properties ?? []).map(({ key, type }) => [key, exampleValues[type]]));
    return render(this.content, this.template, { ...example, properties });
  }

  /** What there is to choose from is here, or could not be had: before that nobody can say what is missing. */
  async whenReady(): Promise<void> {
    await this.#loading;
    // The channel that is known now may ask for its templates.
    await tick();
    await this.#loadingTemplates;
  }

  /** What there is to choose from; again after a failure, with the templates if they are missing. */
  load(): Promise<void> {
    if (this.templatesFailed) void this.loadTemplates();
    return (this.#loading = this.#load());
  }

  /** The templates of the chosen channel. */
  loadTemplates(): Promise<void> {
    return (this.#loadingTemplates = this.#loadTemplates());
  }

  get #typed(): string {
    const { name, labels, channelId, text, templateKey, values, segmentId } = this;
    const buttons = this.buttons.filter((caption) => caption.trim() !== '');
    return JSON.stringify([name, labels, channelId, text, buttons, templateKey, values, segmentId]);
  }

  async #load(): Promise<void> {
    try {
      const [choices, segments] = await Promise.all([api.campaigns.choices.query(), api.segments.options.query()]);
      this.choices = choices;
      this.segments = segments;
      this.#choicesProblem = null;
    } catch (error) {
      this.#choicesProblem = problemOf(error).words;
    }
  }

  async #loadTemplates(): Promise<void> {
    const channelId = ChannelId.safeParse(this.channelId);
    this.templates = null;
    this.#templatesProblem = null;
    if (!channelId.success) return;
    try {
      const templates = await api.campaigns.templates.query({ channelId: channelId.data });
      if (this.channelId === channelId.data) this.templates = templates;
    } catch (error) {
      if (this.channelId === channelId.data) this.#templatesProblem = problemOf(error).words;
    }
  }

  /** How many the audience reaches now. */
  async count(): Promise<void> {
    const { channelId, segmentId } = this;
    const channel = ChannelId.safeParse(channelId);
    this.reach = null;
    if (!channel.success) return;
    try {
      const audience = { segmentId: segmentId === '' ? null : segmentId };
      const reach = await api.campaigns.previewAudience.query({ channelId: channel.data, audience });
      // Another choice may have been made meanwhile.
      if (this.channelId === channelId && this.segmentId === segmentId) this.reach = reach;
    } catch {
      this.reach = { total: null, windowMs: null };
    }
  }
}

export const keyOf = ({ name, language }: { name: string; language: string }): string => `${name} ${language}`;
