/** What `mimeOf` wants to see of a file: its first bytes, this many when it has them. */
export const FIRST_BYTES = 4_096;

/** The type of what is not known. */
export const UNKNOWN = 'application/octet-stream';

/** Kinds of container whose bytes do not say what they hold: there the claim decides, and nowhere else. */
const zipped = ['wordprocessingml.document', 'spreadsheetml.sheet', 'presentationml.presentation'].map(
  (part) => `application/vnd.openxmlformats-officedocument.${part}`,
);
const compound = ['application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint'];

const latin = (bytes: Uint8Array, from = 0, to = bytes.length): string =>
  Array.from(bytes.subarray(from, to), (byte) => String.fromCharCode(byte)).join('');

/**
 * What a file is, by its first bytes. `claimed` is what its sender says: it chooses between types that begin alike, never more. What
 * is not known is text when it reads as text, else `application/octet-stream`. Sources: the formats' own specifications (ISO 14496-12
 * brands, RFC 3533, RFC 4867, RFC 8794, ISO 11172-3, ISO 13818-7, PKWARE APPNOTE, MS-CFB) and WHATWG MIME Sniffing.
 */
export function mimeOf(first: Uint8Array, claimed = ''): string {
  const claim = claimed.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const head = latin(first, 0, 64);
  const is = (magic: string, at = 0) => head.startsWith(magic, at);
  if (is('\xff\xd8\xff')) return 'image/jpeg';
  if (is('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (is('GIF87a') || is('GIF89a')) return 'image/gif';
  if (is('RIFF') && is('WEBP', 8)) return 'image/webp';
  if (is('RIFF') && is('WAVE', 8)) return 'audio/wav';
  // Two letters would be too little: the reserved fields and the header's length have to fit as well.
  if (/^BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0{3}/s.test(head)) return 'image/bmp';
  if (is('ftyp', 4)) return isoType(first, claim);
  if (is('\x1a\x45\xdf\xa3')) return matroskaType(latin(first, 0, FIRST_BYTES), claim);
  if (is('OggS')) return /\x80theora|fishead\0/.test(latin(first, 0, FIRST_BYTES)) ? 'video/ogg' : 'audio/ogg';
  if (is('ID3') && first.length > 3 && (first[3] ?? 0) < 0x10) return 'audio/mpeg';
  if (is('#!AMR\n') || is('#!AMR-WB\n')) return 'audio/amr';
  if (is('%PDF-')) return 'application/pdf';
  if (is('PK\x03\x04') || is('PK\x05\x06')) return zipped.includes(claim) ? claim : 'application/zip';
  if (is('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return compound.includes(claim) ? claim : UNKNOWN;
  return frameType(first) ?? (isText(first) ? 'text/plain' : UNKNOWN);
}

const MP4_BRANDS = /^(iso[m2-9abc]|mp4[12]|avc1|M4V |MSNV|dash|mmp4|cmf[c2]|f4v )$/;

/** By the major brand, then the compatible ones. Recorders write sound alone into the same brands as films: there the claim decides. */
function isoType(first: Uint8Array, claim: string): string {
  const size = new DataView(first.buffer, first.byteOffset, first.length).getUint32(0);
  const box = latin(first, 0, Math.min(size, first.length, 256));
  const brands = [box.slice(8, 12), ...(box.slice(16).match(/.{4}/gs) ?? [])];
  const [major = ''] = brands;
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return 'image/avif';
  if (/^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(major)) return 'image/heic';
  if (major === 'qt  ') return 'video/quicktime';
  if (/^3g[ep2]/.test(major)) return 'video/3gpp';
  if (/^M4[AB] $/.test(major)) return 'audio/mp4';
  if (!brands.some((brand) => MP4_BRANDS.test(brand))) return UNKNOWN;
  return claim.startsWith('audio/') ? 'audio/mp4' : 'video/mp4';
}

/** By the document type in the header, and the codecs of the tracks, which recorders write at once. */
function matroskaType(head: string, claim: string): string {
  if (!head.slice(0, 64).includes('webm')) return 'video/x-matroska';
  if (head.includes('V_VP') || head.includes('V_AV1')) return 'video/webm';
  return /A_(OPUS|VORBIS)/.test(head) || claim.startsWith('audio/') ? 'audio/webm' : 'video/webm';
}

/** Sound without a container: one MPEG layer III or ADTS frame header that makes sense. */
function frameType([sync = 0, flags = 0, rates = 0]: Uint8Array): string | null {
  if (sync !== 0xff) return null;
  const isLayer3 = (flags & 0xe6) === 0xe2 && (flags & 0x18) !== 0x08;
  if (isLayer3 && rates >> 4 !== 0x0f && (rates & 0x0c) !== 0x0c) return 'audio/mpeg';
  if ((flags & 0xf6) === 0xf0 && ((rates >> 2) & 0x0f) <= 12) return 'audio/aac';
  return null;
}

/** Well-formed UTF-8 without control characters; the last character may be cut. */
function isText(first: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(first, { stream: true });
    return text !== '' && !/[\0-\x08\x0b\x0e-\x1f\x7f]/.test(text);
  } catch {
    return false;
  }
}
