import { describe, expect, test } from 'vitest';
import { readBody } from '../../src/lib/server/body';

/** A request whose body comes in pieces, and says about its length what it likes. */
function requestOf(pieces: number[], headers: Record<string, string> = {}) {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = pieces[pulled++];
      if (size === undefined) controller.close();
      else controller.enqueue(new Uint8Array(size).fill(pulled));
    },
    cancel: () => void (cancelled = true),
  });
  const init = { method: 'POST', body, headers, duplex: 'half' };
  const request = new Request('https://parley.test/', init);
  return { request, pulled: () => pulled, cancelled: () => cancelled };
}

describe('a body', () => {
  test('is put together from its pieces, byte for byte', async () => {
    expect(await readBody(requestOf([2, 1, 3]).request, 6)).toEqual(new Uint8Array([1, 1, 2, 3, 3, 3]));
  });

  test('may be missing', async () => {
    expect(await readBody(new Request('https://parley.test/', { method: 'POST' }), 7)).toEqual(new Uint8Array());
  });

  test('is cut at the cap when it is longer, without reading the rest', async () => {
    const sent = requestOf([4, 4, 4, 4, 4, 4]);
    expect(await readBody(sent.request, 7)).toBeNull();
    expect(sent.cancelled()).toBe(true);
    expect(sent.pulled()).toBeLessThan(5);
  });

  test('is cut at the cap when Content-Length says that it is short', async () => {
    expect(await readBody(requestOf([4, 4], { 'content-length': '3' }).request, 7)).toBeNull();
  });

  test('is not read at all when Content-Length says that it is too long', async () => {
    expect(await readBody(requestOf([4], { 'content-length': '8' }).request, 7)).toBeNull();
  });
});
