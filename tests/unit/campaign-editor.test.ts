import { beforeEach, expect, test, vi } from 'vitest';
import { CampaignEditor } from '../../src/lib/inbox/campaign-editor.svelte';

// Outside the Svelte compiler a rune is nothing but its value; what the editor does, not how it is drawn, is looked at here.
const { api, server } = vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
  const server = { isDown: false, asked: [] as string[] };
  const answering = (what: string, answer: unknown) => ({
    query: async () => {
      server.asked.push(what);
      if (server.isDown) throw new Error('down');
      return answer;
    },
  });
  const channels = [
    { id: 'shop-whatsapp', name: 'WhatsApp', provider: 'whatsapp', enabled: true },
    { id: 'shop-telegram', name: 'Telegram', provider: 'telegram', enabled: true },
  ];
  const template = { name: 'sale', language: 'en', body: 'Hello', header: null, footer: null, buttons: [] };
  const api = {
    campaigns: {
      choices: answering('choices', { channels, labels: [], properties: [] }),
      templates: answering('templates', [template]),
    },
    segments: { options: answering('segments', []) },
  };
  return { api, server };
});
vi.mock('../../src/lib/inbox/api', () => ({ api }));

beforeEach(() => {
  server.isDown = false;
  server.asked = [];
});

test.each<[string, (editor: CampaignEditor) => void]>([
  ['a name alone', (editor) => (editor.name = 'Spring')],
  ['a text without a name', (editor) => (editor.text = 'Our sale starts')],
  ['a button without a name', (editor) => (editor.buttons = ['Tell me more'])],
  ['a label alone', (editor) => (editor.labels = ['spring'])],
  ['a channel alone', (editor) => (editor.channelId = 'shop-telegram')],
  ['a segment alone', (editor) => (editor.segmentId = 'friends')],
  ['a blank of a template', (editor) => (editor.values = { 'body.1': 'Asha' })],
])('%s is something that would be lost', (_, write) => {
  const editor = new CampaignEditor(null);
  expect(editor.isChanged).toBe(false);
  write(editor);
  expect([editor.draft, editor.isChanged]).toEqual([null, true]);
  editor.settle();
  expect(editor.isChanged).toBe(false);
});

test('what was written and taken back, and a button that says nothing, would not be missed', () => {
  const editor = new CampaignEditor(null);
  editor.text = 'Our sale';
  editor.text = '';
  editor.buttons = [' '];
  expect(editor.isChanged).toBe(false);
});

test('templates that could not be loaded are asked for again with everything else, and what was wrong is not said any more', async () => {
  const editor = new CampaignEditor(null);
  await editor.load();
  editor.channelId = 'shop-whatsapp';
  server.isDown = true;
  await editor.loadTemplates();
  expect([editor.templates, editor.templatesFailed]).toEqual([null, true]);
  expect(editor.problem).not.toBeNull();
  editor.name = 'Spring';
  editor.templateKey = 'sale en';
  expect(editor.problems.map(({ words }) => words)).toEqual(['The templates could not be loaded. Try again above.']);
  server.isDown = false;
  server.asked = [];
  await editor.load();
  await editor.whenReady();
  expect(server.asked.sort()).toEqual(['choices', 'segments', 'templates']);
  expect([editor.templates?.length, editor.templatesFailed, editor.problem]).toEqual([1, false, null]);
  expect(editor.problems).toEqual([]);
  server.asked = [];
  await editor.load();
  expect(server.asked, 'what is here is not asked for again').not.toContain('templates');
});

test('a failure is of its channel: one without templates, or with others, has nothing to say of it', async () => {
  const editor = new CampaignEditor(null);
  await editor.load();
  editor.channelId = 'shop-whatsapp';
  server.isDown = true;
  await editor.loadTemplates();
  editor.channelId = 'shop-telegram';
  expect([editor.problem, editor.templatesFailed]).toEqual([null, false]);
  editor.channelId = 'shop-whatsapp';
  const late = editor.loadTemplates();
  editor.channelId = 'shop-telegram';
  await late;
  editor.channelId = 'shop-whatsapp';
  server.isDown = false;
  await editor.loadTemplates();
  expect([editor.problem, editor.templatesFailed, editor.templates?.length]).toEqual([null, false, 1]);
});
