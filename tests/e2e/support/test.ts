import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { signIn, type Person } from './agent';
import { Dashboard } from './pages';
import { Parley } from './parley';
import { StubProvider } from './provider';
import { seededFolder } from './seed-once';

export { expect };

export type OpenOptions = BrowserContextOptions & {
  /** Another server than the shared one. */
  on?: Parley;
};

type Tools = {
  /** A browser of its own, in which that person is signed in; null: nobody is. Nothing is opened yet. */
  enter: (person: Person | null, options?: OpenOptions) => Promise<Dashboard>;
};
type Servers = {
  /** The providers' stand-in, which all servers but `plain` send to. */
  provider: StubProvider;
  /** The server that most stories share; each has an end user of its own. */
  parley: Parley;
  /** One with short clocks. */
  brief: Parley;
  /** One as `npm start` without arguments makes it: its sends go to its own simulator. */
  plain: Parley;
};

/** The clocks of `brief`. The grace has to be longer than the 15 s between a browser's signs of life. */
export const briefly = { activeWindowMs: 12_000, retentionMs: 24_000, lockGraceMs: 18_000 } as const;

const STARTING = { scope: 'worker', timeout: 240_000 } as const;

async function served(vars: Record<string, string>, use: (parley: Parley) => Promise<void>): Promise<void> {
  const parley = await Parley.start({ from: seededFolder(), vars });
  await use(parley);
  await parley.remove();
}

export const test = base.extend<Tools, Servers>({
  provider: [
    async ({}, use) => {
      const provider = await StubProvider.start();
      await use(provider);
      await provider.close();
    },
    { scope: 'worker' },
  ],
  parley: [({ provider }, use) => served(provider.vars, use), STARTING],
  brief: [
    ({ provider }, use) => {
      const vars = {
        ACTIVE_WINDOW_MS: String(briefly.activeWindowMs),
        RETENTION_MS: String(briefly.retentionMs),
        LOCK_GRACE_MS: String(briefly.lockGraceMs),
      };
      return served({ ...provider.vars, ...vars }, use);
    },
    STARTING,
  ],

  plain: [({}, use) => served({}, use), STARTING],

  enter: async ({ browser, parley, provider }, use) => {
    const problems: string[] = [];
    const contexts: BrowserContext[] = [];
    await use(async (person, { on = parley, ...options } = {}) => {
      const context = await browser.newContext({ baseURL: on.origin, ...options });
      contexts.push(context);
      await watch(context, problems);
      if (person !== null) await (await signIn(on.origin, person)).enter(context);
      return new Dashboard(patient(await context.newPage()));
    });
    expect(problems, 'no page did what ours never do').toEqual([]);
    expect(provider.complaints.splice(0), 'the provider had nothing to refuse').toEqual([]);
    for (const context of contexts) await context.close();
  },
});

/** A page of ours whose script has taken over, or a page that is none of ours. */
const ALIVE = 'html[data-alive], html:not(:has(body[data-sveltekit-preload-data]))';

/** The page, which is loaded only once its controls work: a click on what the server alone has drawn is lost. */
function patient(page: Page): Page {
  const { goto, reload } = page;
  const isAlive = () => page.locator(ALIVE).waitFor({ state: 'attached' });
  page.goto = async (...how) => {
    const response = await goto.apply(page, how);
    await isAlive();
    return response;
  };
  page.reload = async (...how) => {
    const response = await reload.apply(page, how);
    await isAlive();
    return response;
  };
  return page;
}

/** What a browser logs of a refused request or a cut line: stories bring these about on purpose. */
const EXPECTED = /^Failed to load resource|WebSocket connection to .* failed/;

/** Notes what none of our pages may ever do: throw, open a dialog, log an error, or break its own content policy. */
async function watch(context: BrowserContext, problems: string[]): Promise<void> {
  // A violation that is caught where it happens is not logged, but told to the page.
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
      console.error(`Content Security Policy: ${violatedDirective} by ${blockedURI} in ${sourceFile}`);
    });
  });
  context.on('weberror', (error) => problems.push(`threw ${String(error.error())}`));
  context.on('dialog', (dialog) => {
    problems.push(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('console', (message) => {
    const text = message.text();
    const isPolicy = /content security policy/i.test(text);
    if (isPolicy || (message.type() === 'error' && !EXPECTED.test(text))) problems.push(`logged ${text}`);
  });
}
