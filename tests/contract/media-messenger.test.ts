import { createServer, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel, MediaAnswer, SendDeps } from '../../src/lib/domain/provider';
import { FileTooLarge } from '../../src/lib/server/providers/download';
import { messenger } from '../../src/lib/providers/messenger/server';

const MB = 1_048_576;
const channel: Channel = {
  id: 'page',
  provider: 'messenger',
  name: 'Page',
  accountId: '1067280970047460',
  settings: {},
  secrets: { accessToken: 'token-1' },
};

/** A host of files on loopback, which stands for the API's own origin. */
let answer: RequestListener;
const asked: { path: string; headers: Record<string, unknown> }[] = [];
const server = createServer((request, response) => {
  asked.push({ path: request.url ?? '', headers: request.headers });
  answer(request, response);
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  base = `http://127.0.0.1:${address.port}`;
});
afterEach(() => void (asked.length = 0));
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

async function read(url: string | undefined, change: Partial<SendDeps> = {}): Promise<MediaAnswer> {
  const deps: SendDeps = { fetch, apiBase: `${base}/api`, now: 0, signal: AbortSignal.timeout(5_000), ...change };
  return (await messenger.readMedia?.({ url }, channel, deps)) ?? { status: 'gone', reason: 'cannot read' };
}

/** A network that has no hosts but notes who is asked for; it answers by the table, else with a file. */
function network(redirects: Record<string, string> = {}) {
  const calls: string[] = [];
  const fake: typeof fetch = async (input) => {
    const url = String(input);
    calls.push(url);
    const location = redirects[url];
    return location === undefined ? new Response('secret') : new Response('moved', { status: 302, headers: { location } });
  };
  return { calls, fetch: fake };
}

/** The API as it is in production; nothing of ours is an allowed host then. */
const apiBase = 'https://graph.facebook.com';
const start = 'https://cdn.fbsbx.com/v/file.pdf?oh=1';

const hostile = [
  // Loopback, by every name and number.
  'https://localhost/', 'https://localhost./', 'https://LOCALHOST/', 'https://a.localhost/', 'https://127.0.0.1/',
  'https://127.1/', 'https://127.0.1/', 'https://127.255.255.254/', 'https://0.0.0.0/', 'https://0/', 'https://2130706433/',
  'https://0x7f000001/', 'https://0x7f.0.0.1/', 'https://0177.0.0.1/', 'https://017700000001/', 'https://0x7f.1/',
  'https://①②⑦.⓪.⓪.①/', 'https://127。0。0。1/', 'https://%31%32%37.0.0.1/', 'https://[::1]/', 'https://[::]/',
  'https://[0:0:0:0:0:0:0:1]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/', 'https://[2002:7f00:1::]/', 'http://127.0.0.1:8787/webhooks/demo-messenger',
  // Link-local, metadata services and private nets.
  'https://169.254.169.254/latest/meta-data/', 'http://169.254.169.254/latest/meta-data/', 'https://2852039166/',
  'https://0xa9fea9fe/', 'https://0251.0376.0251.0376/', 'https://[::ffff:169.254.169.254]/', 'https://[fe80::1]/',
  'https://[fd00:ec2::254]/', 'https://metadata.google.internal/', 'https://10.0.0.1/', 'https://172.16.0.1/',
  'https://192.168.1.1/', 'https://100.64.0.1/', 'https://[fc00::1]/',
  // Our own zone.
  'https://parley.example/api/trpc/users.list', 'https://parley.example.workers.dev/media/1/2',
  // Hosts that only look like Meta's.
  'https://fbcdn.net.evil.example/', 'https://evil-fbcdn.net/', 'https://xfbsbx.com/', 'https://fbsbx.com.evil.example/',
  'https://cdn.fbsbx.com./x', 'https://fbcdn.net./x', 'https://fbcdn.nett/', 'https://fbcdn。net.evil.example/', 'https://fbcdn.net%2eevil.example/',
  'https://evil.example/cdn.fbsbx.com', 'https://evil.example?cdn.fbsbx.com', 'https://evil.example#.fbcdn.net',
  'https://evil.example\\.fbcdn.net/', 'https://evil.example/.fbcdn.net', 'https://facebook.com/', 'https://www.facebook.com/x',
  // Names and passwords in front, on hosts of either kind.
  'https://cdn.fbsbx.com@evil.example/', 'https://cdn.fbsbx.com:x@127.0.0.1/', 'https://user@cdn.fbsbx.com/',
  'https://user:pass@scontent.xx.fbcdn.net/', 'https://:pass@cdn.fbsbx.com/',
  'https://evil.example\t@cdn.fbsbx.com/', 'https://a:b@graph.facebook.com/',
  // Other ports and protocols.
  'https://cdn.fbsbx.com:8443/', 'https://cdn.fbsbx.com:80/', 'https://cdn.fbsbx.com:22/', 'http://cdn.fbsbx.com/',
  'http://scontent.xx.fbcdn.net/', 'http://cdn.fbsbx.com:443/', 'http://graph.facebook.com/', 'https://graph.facebook.com:8443/',
  'ftp://cdn.fbsbx.com/', 'ftps://cdn.fbsbx.com/', 'file:///etc/passwd', 'file://cdn.fbsbx.com/etc/passwd', 'gopher://cdn.fbsbx.com/',
  'data:text/html,<b>', 'data://cdn.fbsbx.com/,x', 'javascript:alert(1)', 'blob:https://cdn.fbsbx.com/1', 'ws://cdn.fbsbx.com/',
  'wss://cdn.fbsbx.com/', 'about:blank', 'view-source:https://cdn.fbsbx.com/', 'dict://127.0.0.1:11211/', 'jar:https://cdn.fbsbx.com!/',
  // No addresses at all.
  '', ' ', 'cdn.fbsbx.com/x', '//127.0.0.1/x', '/etc/passwd', 'https://', 'https:///', 'https://[', 'https://%', 'https://cdn .fbsbx.com/',
]; // prettier-ignore

describe('an address that is not of Meta’s file hosts', () => {
  test('is looked at in more than sixty spellings', () => {
    expect(new Set(hostile).size).toBe(hostile.length);
    expect(hostile.length).toBeGreaterThanOrEqual(60);
  });

  test.each(hostile)('is never asked: %j', async (url) => {
    const { calls, fetch: fake } = network();
    expect(await read(url, { fetch: fake, apiBase })).toMatchObject({ status: 'gone' });
    expect(calls).toEqual([]);
  });

  // Relative ones stay with the host that says so; a header cannot carry more than Latin letters.
  const elsewhere = hostile
    .filter((url) => /^[\x09\x20-\x7e]*$/.test(url))
    .filter((url) => {
      const { origin, username, password } = URL.parse(url, start) ?? new URL('about:blank');
      return origin !== new URL(start).origin || username !== '' || password !== '';
    });
  test('is led to in more than sixty spellings', () => expect(elsewhere.length).toBeGreaterThanOrEqual(60));
  test.each(elsewhere)('is not asked when an allowed host leads to it: %j', async (url) => {
    const { calls, fetch: fake } = network({ [start]: url });
    expect(await read(start, { fetch: fake, apiBase })).toMatchObject({ status: 'gone' });
    expect(calls).toEqual([start]);
  });

  test.each(['https://127.0.0.1/', 'http://169.254.169.254/', 'https://parley.example/', 'http://scontent.xx.fbcdn.net/'])(
    'is not asked at the end of a chain of allowed hosts: %s',
    async (url) => {
      const [a, b] = ['https://lookaside.fbsbx.com/a', 'https://scontent.xx.fbcdn.net/b'];
      const { calls, fetch: fake } = network({ [start]: a, [a]: b, [b]: url });
      expect(await read(start, { fetch: fake, apiBase })).toMatchObject({ status: 'gone' });
      expect(calls).toEqual([start, a, b]);
    },
  );

  test('is not asked when the message has no address', async () => {
    const { calls, fetch: fake } = network();
    expect(await read(undefined, { fetch: fake, apiBase })).toMatchObject({ status: 'gone' });
    expect(calls).toEqual([]);
  });

  test('is not asked, whatever its port, when the API has no address', async () => {
    const { calls, fetch: fake } = network();
    for (const url of ['https://127.0.0.1/', 'null', 'undefined', 'blob:null/1']) {
      expect(await read(url, { fetch: fake, apiBase: '' })).toMatchObject({ status: 'gone' });
    }
    expect(calls).toEqual([]);
  });
});

describe('an address of Meta’s file hosts', () => {
  test.each([
    'https://fbcdn.net/a',
    'https://scontent.xx.fbcdn.net/v/1_n.jpg?oh=1&oe=2',
    'https://video-fra3-1.xx.fbcdn.net/v/1.mp4',
    'https://cdn.fbsbx.com/v/x.pdf',
    'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1',
    'https://CDN.FBSBX.COM:443/x',
    // What looks like a password is a path here: the platform reads a backslash as a slash, and asks the host that was judged.
    'https://cdn.fbsbx.com\\@evil.example/',
  ])('is asked, without our token: %s', async (url) => {
    const seen: [string, RequestInit | undefined][] = [];
    const fake: typeof fetch = async (input, init) => {
      seen.push([String(input), init]);
      return new Response('bytes', { headers: { 'content-type': 'image/jpeg' } });
    };
    expect(await read(url, { fetch: fake, apiBase })).toMatchObject({ status: 'found', mime: 'image/jpeg' });
    expect(seen).toEqual([[new URL(url).href, expect.objectContaining({ redirect: 'manual', headers: {} })]]);
    expect(JSON.stringify(seen)).not.toContain('token-1');
  });

  test('may lead to another of them, three times and no more', async () => {
    const step = (n: number) => `https://scontent-${n}.xx.fbcdn.net/f`;
    const chain = Object.fromEntries([1, 2, 3, 4].map((n) => [step(n), n === 2 ? '//scontent-3.xx.fbcdn.net/f' : step(n + 1)]));
    const three = network(Object.fromEntries(Object.entries(chain).slice(0, 3)));
    expect(await read(step(1), { fetch: three.fetch, apiBase })).toMatchObject({ status: 'found' });
    expect(three.calls).toEqual([1, 2, 3, 4].map(step));
    const four = network(chain);
    expect(await read(step(1), { fetch: four.fetch, apiBase })).toMatchObject({ status: 'gone' });
    expect(four.calls).toEqual([1, 2, 3, 4].map(step));
  });
});

describe('a file', () => {
  const file = (path = '/files/1') => read(`${base}${path}`);
  const bytesOf = async (found: MediaAnswer) =>
    found.status === 'found' ? Buffer.from(await new Response(found.body).arrayBuffer()) : null;

  test('is handed over with its size and type', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'Image/PNG; charset=binary', 'content-length': '4' });
      response.end(Buffer.from([0, 255, 1, 254]));
    };
    const found = await file('/files/1?sig=a%2Fb');
    expect(found).toMatchObject({ status: 'found', size: 4, mime: 'image/png' });
    expect(await bytesOf(found)).toEqual(Buffer.from([0, 255, 1, 254]));
    expect(asked.map(({ path }) => path)).toEqual(['/files/1?sig=a%2Fb']);
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
  });

  test('without a size or a type is handed over without them', async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      response.write('one ');
      response.end('two');
    };
    const found = await file();
    expect(found).toMatchObject({ status: 'found', size: null, mime: null });
    expect(String(await bytesOf(found))).toBe('one two');
  });

  test('that comes packed has no known size, because the one that is told is of the packing', async () => {
    const packed = gzipSync('x'.repeat(5_000));
    answer = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(packed.length) });
      response.end(packed);
    };
    const found = await file();
    expect(found).toMatchObject({ status: 'found', size: null });
    expect((await bytesOf(found))?.length).toBe(5_000);
  });

  test('that says that it is too large is not read', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': String(25 * MB + 1) });
      response.write('x');
    };
    expect(await file()).toEqual({ status: 'gone', reason: 'The file is larger than 25 MB.' });
  });

  test('of the largest size is taken whole', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': String(25 * MB) });
      response.end(Buffer.alloc(25 * MB));
    };
    expect((await bytesOf(await file()))?.length).toBe(25 * MB);
  });

  test.each([
    ['one byte', 25 * MB + 1],
    ['for ever', Infinity],
  ])('that does not say so, and goes on for %s too long, breaks off there', async (_about, length) => {
    answer = (_request, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(MB);
      let left = length;
      const more = () => {
        while (left > 0 && !response.destroyed) {
          const ok = response.write(left < MB ? chunk.subarray(0, left) : chunk);
          left -= MB;
          if (!ok) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    const found = await file();
    expect(found.status).toBe('found');
    await expect(bytesOf(found)).rejects.toBeInstanceOf(FileTooLarge);
  });

  test('that packs far more than it says breaks off too', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * MB));
    answer = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(bomb.length) });
      response.end(bomb);
    };
    await expect(bytesOf(await file())).rejects.toBeInstanceOf(FileTooLarge);
  });

  test('that breaks off before its end is not handed over as whole', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
    };
    await expect(bytesOf(await file())).rejects.toThrow();
  });

  test('that is empty is gone', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '0' });
      response.end();
    };
    expect(await file()).toEqual({ status: 'gone', reason: 'The file is empty.' });
  });
});

describe('a refusal', () => {
  test.each<[number, string]>([
    [204, 'gone'], [206, 'gone'], [304, 'gone'], [302, 'gone'], [400, 'gone'], [401, 'gone'], [403, 'gone'], [404, 'gone'], [410, 'gone'],
    [408, 'retry'], [429, 'retry'], [500, 'retry'], [502, 'retry'], [503, 'retry'], [504, 'retry'],
  ])('of HTTP %i is %s', async (status, expected) => {
    answer = (_request, response) => {
      response.writeHead(status);
      response.end();
    };
    expect(await read(`${base}/f`)).toMatchObject({ status: expected });
    expect(asked).toHaveLength(1);
  }); // prettier-ignore

  test('by a cut line is tried again', async () => {
    answer = (request) => request.socket.destroy();
    expect(await read(`${base}/f`)).toMatchObject({ status: 'retry' });
  });

  test('by silence is tried again when the time is up, and so is what had no time to begin', async () => {
    answer = () => {};
    expect(await read(`${base}/f`, { signal: AbortSignal.timeout(150) })).toMatchObject({ status: 'retry' });
    expect(asked).toHaveLength(1);
    expect(await read(`${base}/f`, { signal: AbortSignal.abort() })).toMatchObject({ status: 'retry' });
    expect(asked).toHaveLength(1);
  });

  test('by going round in circles ends after three hops', async () => {
    answer = (_request, response) => {
      response.writeHead(302, { location: '/f' });
      response.end();
    };
    expect(await read(`${base}/f`)).toMatchObject({ status: 'gone' });
    expect(asked).toHaveLength(4);
  });
});
