import { defineConfig } from '@playwright/test';
import { existsSync } from 'node:fs';

const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** An installed browser: Playwright's own download needs a network that not every machine has. */
const chromium = process.env.PARLEY_CHROMIUM ?? places.find((place) => existsSync(place));

/** Floods, kills and faults: these keep both cores busy. */
const LOAD = /(crash|flood|send-faults)\.test\.ts$/;

/** The stories of `tests/e2e`, in a real browser against the built Worker. */
export default defineConfig({
  testDir: './tests/e2e',
  testMatch: '*.test.ts',
  outputDir: './test-results',
  globalSetup: './tests/e2e/support/seed-once.ts',
  // Most of a story is waiting for a clock, so two files run side by side, each with servers and a stand-in of its own. The ones that use
  // the machine up run one at a time, beside stories that wait.
  workers: 2,
  projects: [
    { name: 'load', testMatch: LOAD, workers: 1 },
    { name: 'stories', testIgnore: LOAD },
  ],
  fullyParallel: false,
  // A story has many clocks in it, and two run beside each other: one that passes only the second time is counted and named at the end.
  retries: 1,
  reporter: 'list',
  timeout: 180_000,
  expect: { timeout: 20_000 },
  use: {
    viewport: { width: 1360, height: 800 },
    locale: 'en-GB',
    screenshot: 'only-on-failure',
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    launchOptions: {
      executablePath: chromium,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
