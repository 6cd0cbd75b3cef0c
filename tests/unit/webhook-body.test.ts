import { describe, expect, test } from 'vitest';
import { parseBody } from '../../workers/webhooks/body';

const bytes = (text: string) => new TextEncoder().encode(text);

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
