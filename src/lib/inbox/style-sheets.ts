/** Longer than this no page waits for its style. */
const AT_MOST_MS = 3_000;

/** Style sheets that could not be had. Vite asks for each only once (`preloadOnce` of its preload helper), so a page would stay without it. */
const missing = new Set<HTMLLinkElement>();
let mending: Promise<unknown> = Promise.resolve();

/** Notes what cannot be had, until the function that is returned is called. */
export function watchStyles(): () => void {
  const note = ({ target }: Event): void => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') missing.add(target);
  };
  // What goes wrong with an element does not bubble.
  addEventListener('error', note, true);
  return () => removeEventListener('error', note, true);
}

/** Asks again for what could not be had; done when it is here, or cannot be had again. */
export async function mendStyles(): Promise<void> {
  if (!navigator.onLine) return;
  mending = Promise.all([mending, ...[...missing].map(askAgain)]);
  missing.clear();
  await Promise.race([mending, new Promise((wake) => setTimeout(wake, AT_MOST_MS))]);
}

function askAgain(failed: HTMLLinkElement): Promise<void> {
  return new Promise((done) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.crossOrigin = failed.crossOrigin;
    link.href = failed.href;
    link.onload = link.onerror = () => done();
    failed.replaceWith(link);
  });
}
