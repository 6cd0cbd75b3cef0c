import { describe, expect, test } from 'vitest';
import { AttachedFiles, MAX_FILES, queuedFileOf, type AttachedFile } from '../../src/lib/inbox/attached-files';
import type { UploadOutcome } from '../../src/lib/inbox/upload';
import { settled } from '../fixtures/settled';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
const aPicture = (name = 'beach.png') => new File([PNG], name, { type: 'image/png' });
const aText = (name = 'notes.txt') => new File(['Some notes'], name, { type: 'text/plain' });

/** Files whose server answers when the test says so. */
function someFiles() {
  const world = {
    uploads: [] as {
      name: string;
      signal: AbortSignal;
      progress: (share: number) => void;
      answer: (is: UploadOutcome) => void;
    }[],
    ended: [] as AttachedFile[],
    previews: new Set<string>(),
  };
  let made = 0;
  const files = new AttachedFiles({
    upload: (_, { name, signal, progress }) =>
      new Promise((answer) => void world.uploads.push({ name, signal, progress, answer })),
    ended: (file) => void world.ended.push(file),
    changed: () => undefined,
    newId: () => `file-${(made += 1)}`,
    preview: {
      make: () => {
        const url = `blob:${world.previews.size}`;
        world.previews.add(url);
        return url;
      },
      drop: (url) => void world.previews.delete(url),
    },
  });
  const answer = async (outcome: UploadOutcome) => {
    world.uploads.shift()?.answer(outcome);
    await settled();
  };
  return { files, world, answer };
}
const uploaded = (name = 'beach.png'): UploadOutcome => ({
  type: 'uploaded',
  upload: { uploadId: `up-${name}`, kind: 'image', mime: 'image/png', fileName: name, size: 12 },
});
const states = (files: AttachedFiles) => files.tray.map(({ name, state }) => `${name} ${state.type}`);

describe('attaching', () => {
  test('starts the upload at once and keeps the order', async () => {
    const { files, world, answer } = someFiles();
    await files.attach([aPicture('one.png'), aText('two.txt')], 'telegram');
    expect(states(files)).toEqual(['one.png uploading', 'two.txt uploading']);
    expect(world.uploads.map(({ name }) => name)).toEqual(['one.png', 'two.txt']);
    await answer(uploaded('one.png'));
    expect(states(files)).toEqual(['one.png ready', 'two.txt uploading']);
  });

  test('refuses before the upload what the provider does not take, with the reason and the name', async () => {
    const { files, world } = someFiles();
    const archive = new File([new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])], 'all.zip', { type: 'application/zip' });
    const empty = new File([], 'nothing.pdf', { type: 'application/pdf' });
    const { added, refusals } = await files.attach([archive, aPicture(), empty], 'whatsapp');
    expect(added.map(({ name }) => name)).toEqual(['beach.png']);
    expect(refusals).toEqual(['all.zip: WhatsApp does not take files of this type.', 'nothing.pdf: This file is empty.']);
    expect(world.uploads).toHaveLength(1);
  });

  test('goes by the bytes, not by the name', async () => {
    const { files } = someFiles();
    const disguised = new File([PNG], 'report.pdf', { type: 'application/pdf' });
    const { added } = await files.attach([disguised], 'whatsapp');
    expect(added).toMatchObject([{ kind: 'image', mime: 'image/png' }]);
  });

  test('refuses what is too large for the provider', async () => {
    const { files } = someFiles();
    const large = new File([PNG, new Uint8Array(6 * 1024 * 1024)], 'large.png', { type: 'image/png' });
    expect((await files.attach([large], 'whatsapp')).refusals).toEqual(['large.png: WhatsApp takes at most 5 MB of this type.']);
  });

  test('takes no more than fit into the tray', async () => {
    const { files } = someFiles();
    const many = Array.from({ length: MAX_FILES + 2 }, (_, n) => aText(`${n}.txt`));
    const { refusals } = await files.attach(many, 'webhook');
    expect(files.tray).toHaveLength(MAX_FILES);
    expect(refusals).toEqual(['10.txt: at most 10 files at a time.', '11.txt: at most 10 files at a time.']);
  });
});

describe('an upload', () => {
  test('tells how far it is, and is not done before the server has answered', async () => {
    const { files, world } = someFiles();
    await files.attach([aPicture()], 'whatsapp');
    world.uploads[0]?.progress(0.5);
    expect(files.tray).toMatchObject([{ state: { type: 'uploading', progress: 0.495 } }]);
    world.uploads[0]?.progress(1);
    expect(files.tray).toMatchObject([{ state: { type: 'uploading', progress: 0.99 } }]);
  });

  test('that the server refuses says why, and can be tried again', async () => {
    const { files, world, answer } = someFiles();
    await files.attach([aPicture()], 'whatsapp');
    await answer({ type: 'refused', message: 'It is broken.' });
    expect(files.tray).toMatchObject([{ state: { type: 'failed', reason: 'It is broken.' } }]);
    files.retry('file-1');
    expect(states(files)).toEqual(['beach.png uploading']);
    expect(world.uploads).toHaveLength(1);
  });

  test('that failed for want of the network is tried again when it is back; one that was refused is not', async () => {
    const { files, world, answer } = someFiles();
    await files.attach([aPicture('one.png'), aPicture('two.png')], 'whatsapp');
    await answer({ type: 'unreachable' });
    await answer({ type: 'refused', message: 'No.' });
    files.wake();
    expect(states(files)).toEqual(['one.png uploading', 'two.png failed']);
    expect(world.uploads.map(({ name }) => name)).toEqual(['one.png']);
  });

  test('is given up with its file, and what it still answers counts for nothing', async () => {
    const { files, world } = someFiles();
    await files.attach([aPicture()], 'whatsapp');
    const [upload] = world.uploads;
    files.remove('file-1');
    expect(upload?.signal.aborted).toBe(true);
    upload?.answer(uploaded());
    await settled();
    expect([files.tray, world.ended]).toEqual([[], []]);
  });
});

describe('a file in a message on its way', () => {
  test('is not in the tray, and its message learns when the server has it', async () => {
    const { files, world, answer } = someFiles();
    const { added } = await files.attach([aPicture()], 'whatsapp');
    files.take(added.map(({ id }) => id));
    expect(files.tray).toEqual([]);
    expect(files.isUploading).toBe(true);
    await answer(uploaded());
    expect(world.ended).toMatchObject([{ id: 'file-1', isSent: true, state: { type: 'ready', uploadId: 'up-beach.png' } }]);
    expect(files.isUploading).toBe(false);
  });

  test('comes back to the tray with its upload', async () => {
    const { files, answer } = someFiles();
    const { added } = await files.attach([aPicture()], 'whatsapp');
    files.take(['file-1']);
    await answer(uploaded());
    files.putBack(queuedFileOf(added[0] ?? files.tray[0]!), null);
    expect(states(files)).toEqual(['beach.png ready']);
  });

  test('that the server refused comes back as one to be tried again', async () => {
    const { files, answer } = someFiles();
    const { added } = await files.attach([aPicture()], 'whatsapp');
    files.take(['file-1']);
    await answer(uploaded());
    for (const file of added) files.putBack(queuedFileOf(file), 'The server did not take it.');
    expect(states(files)).toEqual(['beach.png failed']);
  });

  test('from before a reload comes back when the server has it, without a picture', () => {
    const { files } = someFiles();
    const file = { kind: 'image' as const, mime: 'image/png', name: 'old.png', size: 12 };
    files.putBack({ ...file, fileId: 'known', uploadId: 'up' }, null);
    files.putBack({ ...file, fileId: 'lost', uploadId: null }, null);
    expect(files.tray).toMatchObject([{ name: 'old.png', preview: null, state: { type: 'ready', uploadId: 'up' } }]);
  });
});

test('previews are made for pictures only and given back', async () => {
  const { files, world } = someFiles();
  await files.attach([aPicture(), aText(), aPicture('two.png')], 'telegram');
  expect(world.previews.size).toBe(2);
  files.take(['file-1']);
  files.leave();
  expect([files.byId('file-1')?.name, world.previews.size]).toEqual(['beach.png', 1]);
  files.close();
  expect(world.previews.size).toBe(0);
});
