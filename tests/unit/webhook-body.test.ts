import { describe, expect, test } from 'vitest';
import { parseBody, readBody } from '../../workers/webhooks/body';

const bytes = (text: string) => new TextEncoder().encode(text);

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
    expect(await readBody(new Request('https://parley.test/', { method: 'POST' }))).toEqual(new Uint8Array());
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

describe('JSON', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  test.each([
    ['null', null],
    ['{"a":[1,{"b":"]"}]}', { a: [1, { b: ']' }] }],
    ['"\\"[[[[\\\\"', '"[[[[\\'],
    ['\uFEFF{}', {}],
  ])('%j is read', (text, json) => {
    expect(parseBody(bytes(text))).toEqual({ json });
  });

  test.each(['', '{', '{"a":}', 'hello', '\u0000'])('%j is not JSON', (text) => {
    expect(parseBody(bytes(text))).toBeNull();
  });

  test('may be nested 32 deep, and no deeper', () => {
    expect(parseBody(bytes(nested(32)))).not.toBeNull();
    expect(parseBody(bytes(nested(33)))).toBeNull();
    expect(parseBody(bytes(nested(2_000_000)))).toBeNull();
  });

  test('that is flat may be as wide as it likes, brackets in texts included', () => {
    expect(parseBody(bytes(`[${Array(10_000).fill('[]').join()}]`))).not.toBeNull();
    expect(parseBody(bytes(JSON.stringify({ text: '[{"'.repeat(1_000) })))).not.toBeNull();
  });
});
