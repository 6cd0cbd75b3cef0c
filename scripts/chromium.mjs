// Finds a Chromium for the browser tests, or installs Debian's. Its headless shell is the same engine without a browser around it: the stories
// take a quarter less of the processor with it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const SHELL = '/usr/bin/chromium-headless-shell';
const places = [
  process.env.PARLEY_CHROMIUM,
  SHELL,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const INSTALL_WITHIN_MS = 300_000;
/** The path of a Chromium that is here, or undefined. */
export const findChromium = () => places.find((place) => place && existsSync(place));

/** The path of a Chromium; ends the process with what to do when there is none and none can be installed. */
export function ensureChromium() {
  const chosen = process.env.PARLEY_CHROMIUM ?? SHELL;
  if (existsSync(chosen)) return chosen;
  // Where that is not allowed, a browser that is there already does as well.
  if (existsSync('/usr/bin/apt-get')) {
    install('chromium-headless-shell');
    if (!findChromium()) install('chromium');
  }
  const found = findChromium();
  if (!found) {
    console.error('No Chromium found. Install one and set PARLEY_CHROMIUM to its path.');
    process.exit(1);
  }
  return found;
}

function install(name) {
  console.log(`Installing Debian’s ${name}…`);
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  for (const args of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', name],
  ]) {
    const [command, ...rest] = [...prefix, ...args];
    spawnSync(command, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: INSTALL_WITHIN_MS,
    });
  }
}
