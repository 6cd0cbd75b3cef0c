import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIRST_BYTES, mimeOf } from '../../src/lib/domain/file-type';

/** One byte for each character below U+0100. */
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** The `ftyp` box that ISO media begins with: major brand, version, compatible brands. */
const iso = (...brands: [string, ...string[]]) =>
  bytes(`\0\0\0${String.fromCharCode(12 + 4 * brands.length)}ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}\0\0\0\x08moov`);
const ogg = (codec: string) => bytes(`OggS\0\x02${'\0'.repeat(20)}\x01\x13${codec}`);
const ebml = (docType: string, tracks = '') => bytes(`\x1a\x45\xdf\xa3\x9f\x42\x82\x88${docType}\x18\x53\x80\x67${tracks}`);
const OOXML = 'application/vnd.openxmlformats-officedocument';
const OLE = bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0');
const ZIP = bytes('PK\x03\x04\x14\0\x06\0[Content_Types].xml');

describe('a file is what its bytes say', () => {
  test.each<[string, Uint8Array, string]>([
    ['a JPEG', bytes('\xff\xd8\xff\xe0\0\x10JFIF'), 'image/jpeg'],
    ['a PNG', bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'image/png'],
    ['a GIF of 1987', bytes('GIF87a\x01\0\x01\0'), 'image/gif'],
    ['a GIF of 1989', bytes('GIF89a\x01\0\x01\0'), 'image/gif'],
    ['a WebP', bytes('RIFF\x24\0\0\0WEBPVP8 '), 'image/webp'],
    ['a bitmap', bytes('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'), 'image/bmp'],
    ['an iPhone photo', iso('heic', 'mif1', 'heic'), 'image/heic'],
    ['a HEIF of a general brand', iso('mif1', 'mif1', 'heic'), 'image/heic'],
    ['an AVIF', iso('avif', 'mif1', 'miaf'), 'image/avif'],
    ['an AVIF of a general brand', iso('mif1', 'avif'), 'image/avif'],
    ['an MP4', iso('isom', 'iso2', 'avc1', 'mp41'), 'video/mp4'],
    ['an MP4 known by its compatible brands only', iso('XAVC', 'mp42'), 'video/mp4'],
    ['an iTunes sound', iso('M4A ', 'mp42', 'isom'), 'audio/mp4'],
    ['a QuickTime film', iso('qt  '), 'video/quicktime'],
    ['a film of an old phone', iso('3gp5', 'isom'), 'video/3gpp'],
    ['a WebM film', ebml('webm', 'V_VP9 A_OPUS'), 'video/webm'],
    ['a WebM recording of sound', ebml('webm', 'A_OPUS'), 'audio/webm'],
    ['a Matroska film', ebml('matroska', 'V_MPEG4'), 'video/x-matroska'],
    ['a WhatsApp voice message', ogg('OpusHead\x01\x01'), 'audio/ogg'],
    ['an Ogg Vorbis', ogg('\x01vorbis'), 'audio/ogg'],
    ['an Ogg film', ogg('\x80theora'), 'video/ogg'],
    ['an MP3 with tags', bytes('ID3\x04\0\0\0\0\0\x23'), 'audio/mpeg'],
    ['an MP3 without tags', bytes('\xff\xfb\x90\x64\0\0'), 'audio/mpeg'],
    ['an AAC stream', bytes('\xff\xf1\x50\x80\x02\x1f'), 'audio/aac'],
    ['an AMR', bytes('#!AMR\n\x3c\x91'), 'audio/amr'],
    ['a wide-band AMR', bytes('#!AMR-WB\n\x04'), 'audio/amr'],
    ['a WAV', bytes('RIFF\x24\0\0\0WAVEfmt '), 'audio/wav'],
    ['a PDF', bytes('%PDF-1.7\n%\xe2\xe3\xcf\xd3'), 'application/pdf'],
    ['a ZIP', ZIP, 'application/zip'],
    ['an empty ZIP', bytes(`PK\x05\x06${'\0'.repeat(18)}`), 'application/zip'],
    ['words', utf8('Grüße, 你好 🎉\r\n\tzwei'), 'text/plain'],
    ['words with a byte order mark', utf8('\ufeffname,phone\n'), 'text/plain'],
    ['words of two bytes each', bytes('\xff\xfeH\0i\0'), 'application/octet-stream'],
    ['a program', bytes('MZ\x90\0\x03\0\0\0'), 'application/octet-stream'],
    ['an old Office file that nobody claims', OLE, 'application/octet-stream'],
    ['a JPEG XL in the same kind of box', iso('jxl '), 'application/octet-stream'],
    ['words with a terminal’s commands', bytes('\x1b[2J'), 'application/octet-stream'],
    ['nothing', new Uint8Array(), 'application/octet-stream'],
  ])('%s', (_, file, mime) => expect(mimeOf(file)).toBe(mime));

  test('a character that the cut of the first bytes has halved leaves text text', () => {
    const text = utf8(`${'x'.repeat(FIRST_BYTES - 1)}é`);
    expect(mimeOf(text.subarray(0, FIRST_BYTES))).toBe('text/plain');
  });
});

describe('a claim chooses between types that begin alike', () => {
  test.each<[string, Uint8Array, string, string]>([
    ['a Word document', ZIP, `${OOXML}.wordprocessingml.document`, `${OOXML}.wordprocessingml.document`],
    ['an Excel sheet', ZIP, `${OOXML}.spreadsheetml.sheet`, `${OOXML}.spreadsheetml.sheet`],
    ['a PowerPoint', ZIP, `${OOXML}.presentationml.presentation`, `${OOXML}.presentationml.presentation`],
    ['an old Word document', OLE, 'application/msword', 'application/msword'],
    ['an old sheet', OLE, 'application/vnd.ms-excel', 'application/vnd.ms-excel'],
    ['a recording of Safari', iso('iso5', 'isom'), 'audio/mp4; codecs=mp4a.40.2', 'audio/mp4'],
    ['a recording whose codec comes late', ebml('webm'), 'Audio/WebM;codecs=opus', 'audio/webm'],
  ])('%s', (_, file, claimed, mime) => expect(mimeOf(file, claimed)).toBe(mime));

  test.each<[string, Uint8Array, string, string]>([
    ['a package that is no document', ZIP, 'application/java-archive', 'application/zip'],
    ['an installer', OLE, 'application/x-msi', 'application/octet-stream'],
    ['a film', ebml('webm', 'V_VP8'), 'audio/webm', 'video/webm'],
    ['a program that claims to be a photo', bytes('MZ\x90\0'), 'image/png', 'application/octet-stream'],
    ['a PDF that claims to be a page', bytes('%PDF-1.4'), 'text/html', 'application/pdf'],
  ])('and never more: %s', (_, file, claimed, mime) => expect(mimeOf(file, claimed)).toBe(mime));
});

describe('nothing is ever a type that browsers run', () => {
  const scripts = [
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<?xml version="1.0"?><svg/>',
    '<!DOCTYPE html><script>alert(1)</script>',
    ' \n\t<html><body onload=alert(1)>',
    '<script>alert(1)</script>%PDF-1.7',
    'alert(1)//PK\x03\x04',
    '#!/bin/sh\nrm -rf /',
    'GIF89a=1;alert(1)//',
    'GIF89a/*<svg/onload=alert(1)>*/=1',
    '\xff\xd8\xff\xfe<script>alert(1)</script>',
    '\x89PNG\r\n\x1a\n<html><script>alert(1)</script>',
    'BM<script>alert(1)</script>',
    '%PDF-1.7\n<html><script>alert(1)</script>',
    'RIFF\0\0\0\0WEBP<script>alert(1)</script>',
    '{"a":"</script><script>alert(1)</script>"}',
    '\0<script>alert(1)</script>',
  ];
  const claims = ['image/svg+xml', 'text/html', 'application/xhtml+xml', 'text/xml', 'text/javascript', 'application/javascript'];
  const inert = /^(image\/(jpeg|png|gif|webp|bmp|heic|avif)|(audio|video)\/[\w-]+|application\/(pdf|zip|octet-stream|msword|vnd\.[\w.-]+)|text\/plain)$/; // prettier-ignore

  test.each(scripts)('%j', (script) => {
    for (const claimed of ['', ...claims]) expect(mimeOf(bytes(script), claimed)).toMatch(inert);
  });

  test('what is markup from its first character is text, or nothing known', () => {
    for (const script of scripts.filter((text) => /^\s*[<#{a]/.test(text))) {
      for (const claimed of claims) expect(['text/plain', 'application/octet-stream']).toContain(mimeOf(bytes(script), claimed));
    }
  });

  test('whatever the bytes and the claim', () => {
    const heads = ['', 'RIFF', '\0\0\0\x18ftyp', 'OggS', '\x1a\x45\xdf\xa3', '\xff', 'PK\x03\x04', 'BM', 'ID3'].map(bytes);
    fc.assert(
      fc.property(
        fc.constantFrom(...heads),
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom(...claims, ''),
        (head, tail, claim) => {
          expect(mimeOf(Uint8Array.of(...head, ...tail), claim)).toMatch(inert);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
