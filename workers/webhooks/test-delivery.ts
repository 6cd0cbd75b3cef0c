/** A genuine delivery of ours with nothing in it: an Admin tries whether what is genuine gets here. */
export const TEST_HEADER = 'x-parley-test';
export const TEST_BODY = '{}';

/** Whether there is nothing to be taken. A mark on anything else means nothing: what is answered 200 is stored. */
export function isTest(headers: Headers, body: Uint8Array): boolean {
  return headers.has(TEST_HEADER) && new TextDecoder().decode(body.subarray(0, TEST_BODY.length + 1)) === TEST_BODY;
}
