const nameOf = (id: string): string => `parley:open:${id}`;

/**
 * Marks a conversation as open, for every tab of this browser to see; also when a tab crashes the mark ends with it. Returns what ends it.
 * Web Locks are there only over https and on loopback; without them each tab believes that it is the only one.
 */
export function markOpen(id: string): () => Promise<void> {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const mark = locks()?.request(nameOf(id), { mode: 'shared' }, () => ended);
  return async () => {
    end();
    await mark;
  };
}

/** Whether it is open in some tab of this browser. */
export async function isOpenHere(id: string): Promise<boolean> {
  const marks = await locks()?.query();
  return marks?.held?.some(({ name }) => name === nameOf(id)) ?? false;
}

const locks = (): LockManager | undefined => ('locks' in navigator ? navigator.locks : undefined);
