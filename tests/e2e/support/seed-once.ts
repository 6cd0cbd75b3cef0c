import { Parley } from './parley';

/**
 * The first `npm start` of a fresh folder, once for all stories: it builds and seeds the demo. Every server of the stories begins
 * with a copy of its data. With PARLEY_E2E_SEEDED set to such a folder, that one is used.
 */
export default async function seedOnce(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.PARLEY_E2E_SEEDED) return undefined;
  const parley = await Parley.start();
  await parley.stop();
  process.env.PARLEY_E2E_SEEDED = parley.folder;
  process.env.PARLEY_BUILT = '1';
  return () => parley.remove();
}

/** The folder that `seedOnce` has made. */
export function seededFolder(): string {
  const folder = process.env.PARLEY_E2E_SEEDED;
  if (!folder) throw new Error('The demo has not been seeded');
  return folder;
}
