import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileNameOf, MAX_FILE_NAME, mimeByName } from '../../src/lib/domain/file-name';

const UNKNOWN = 'application/octet-stream';

describe('a file name', () => {
  test.each([
    ['Holiday 2026.JPG', 'image/jpeg', 'Holiday 2026.jpg'],
    ['photo.jpeg', 'image/jpeg', 'photo.jpeg'],
    ['Rechnung März.pdf', 'application/pdf', 'Rechnung März.pdf'],
    ['発票 №7 👩‍👧.pdf', 'application/pdf', '発票 №7 👩‍👧.pdf'],
    ['contacts.csv', 'text/plain', 'contacts.csv'],
    ['backup.tar.gz', UNKNOWN, 'backup.tar.gz'],
    ['README', UNKNOWN, 'README'],
    ['Cafe\u0301.png', 'image/png', 'Café.png'],
  ])('that is good stays: %s', (raw, mime, name) => expect(fileNameOf(raw, mime, 'image')).toBe(name));

  test.each([
    ['../../etc/passwd', 'text/plain', 'passwd.txt'],
    ['..\\..\\windows\\win.ini', 'text/plain', 'win.ini.txt'],
    ['C:\\Users\\me\\a.png', 'image/png', 'a.png'],
    ['/', 'image/png', 'image.png'],
    ['..', UNKNOWN, 'image'],
    ['.htaccess', 'text/plain', 'htaccess.txt'],
    ['a.png\r\nSet-Cookie: x=1', 'image/png', 'a.png Set-Cookie_ x=1.png'],
    ['a\0b\x1b.png', 'image/png', 'ab.png'],
    ['invoice\u202Egnp.exe', UNKNOWN, 'invoicegnp.exe.bin'],
    ['\u2066\u2069\u200e\u061c\ufeff\u200b.png', 'image/png', 'png.png'],
    ['\u200d', 'image/png', 'image.png'],
    ['a"b<c>d|e?f*g:h.pdf', 'application/pdf', 'a_b_c_d_e_f_g_h.pdf'],
    ['\ud800broken.pdf', 'application/pdf', 'broken.pdf'],
    ['  spaces . ', UNKNOWN, 'spaces'],
  ])('that could mislead is made plain: %j', (raw, mime, name) => expect(fileNameOf(raw, mime, 'image')).toBe(name));

  test.each([
    ['photo.jpg', 'text/plain', 'photo.jpg.txt'],
    ['page.html', 'text/plain', 'page.html.txt'],
    ['drawing.svg', 'text/plain', 'drawing.svg.txt'],
    ['report.pdf', UNKNOWN, 'report.pdf.bin'],
    ['setup.exe', UNKNOWN, 'setup.exe.bin'],
    ['game.apk', 'application/zip', 'game.apk.zip'],
    ['scan', 'image/png', 'scan.png'],
  ])('ends as the bytes say: %s as %s', (raw, mime, name) => expect(fileNameOf(raw, mime, 'file')).toBe(name));

  test('that is missing is the fallback', () => {
    expect(fileNameOf(undefined, 'audio/ogg', 'voice')).toBe('voice.ogg');
    expect(fileNameOf('', UNKNOWN, 'document')).toBe('document');
  });

  test('of 300 characters is cut to 120 and keeps its extension, and no character is halved', () => {
    expect(fileNameOf(`${'x'.repeat(300)}.pdf`, 'application/pdf', 'file')).toBe(`${'x'.repeat(116)}.pdf`);
    const name = fileNameOf(`x${'🎉'.repeat(150)}.pdf`, 'application/pdf', 'file');
    expect(name.length).toBeLessThanOrEqual(MAX_FILE_NAME);
    expect(name.isWellFormed()).toBe(true);
  });

  test('is never empty, too long, a path or a line break, whatever the sender calls it', () => {
    const mimes = fc.constantFrom('image/png', 'text/plain', UNKNOWN, 'constructor');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), mimes, (raw, mime) => {
        const name = fileNameOf(raw, mime, 'file');
        expect(name).toMatch(/^[^/\\\p{Cc}\u202a-\u202e\u2066-\u2069"<>]{1,120}$/u);
        expect(name).not.toMatch(/^\.|[. ]$/);
      }),
      { numRuns: 500 },
    );
  });
});

test('a name speaks of a type by its extension', () => {
  expect(mimeByName('Letter.DOCX')).toBe('application/vnd.openxmlformats-officedocument.wordprocessingml.document');
  expect(mimeByName('table.xls')).toBe('application/vnd.ms-excel');
  expect(mimeByName('page.html')).toBeUndefined();
  expect(mimeByName('README')).toBeUndefined();
});
