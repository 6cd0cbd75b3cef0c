/** Colours of one view, each as [red, green, blue], 0 to 255. */
type Scene = { sky: [Colour, Colour]; sun: Colour; sunAt: [number, number]; hills: readonly [Colour, Colour, Colour] };
type Colour = readonly [number, number, number];

const WIDTH = 480;
const HEIGHT = 360;

/** Hills under a sky, at different times of the day. */
const scenes: readonly [Scene, ...Scene[]] = [
  { sky: [[126, 187, 226], [233, 243, 246]], sun: [255, 246, 214], sunAt: [0.72, 0.24], hills: [[134, 176, 152], [86, 138, 108], [47, 96, 74]] },
  { sky: [[92, 74, 132], [247, 178, 122]], sun: [255, 226, 168], sunAt: [0.34, 0.5], hills: [[150, 104, 126], [98, 68, 98], [54, 42, 70]] },
  { sky: [[24, 38, 72], [70, 104, 138]], sun: [240, 240, 226], sunAt: [0.8, 0.2], hills: [[44, 70, 98], [30, 50, 76], [17, 31, 52]] },
  { sky: [[203, 213, 217], [240, 238, 228]], sun: [252, 250, 240], sunAt: [0.5, 0.34], hills: [[176, 184, 170], [128, 142, 118], [84, 98, 74]] },
]; // prettier-ignore
export const PHOTOS = scenes.length;

/** A view as a PNG of 480 × 360, drawn pixel by pixel; the same bytes each time. */
export async function photo(index: number): Promise<Uint8Array<ArrayBuffer>> {
  return png(pixelsOf(scenes[index % scenes.length] ?? scenes[0]));
}

/** Rows of RGB, each led by PNG's filter byte: 1 = every pixel as the difference to the one before, which suits slow changes. */
function pixelsOf(scene: Scene): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array((WIDTH * 3 + 1) * HEIGHT);
  for (let y = 0, at = 0; y < HEIGHT; y++) {
    rows[at++] = 1;
    let before: Colour = [0, 0, 0];
    for (let x = 0; x < WIDTH; x++) {
      const colour = colourAt(scene, x / WIDTH, y / HEIGHT);
      for (let channel = 0; channel < 3; channel++) rows[at++] = (colour[channel] ?? 0) - (before[channel] ?? 0);
      before = colour;
    }
  }
  return rows;
}

function colourAt({ sky, sun, sunAt, hills }: Scene, x: number, y: number): Colour {
  for (let i = 2; i >= 0; i--) {
    const ridge = 0.56 + i * 0.13 + 0.06 * Math.sin(x * (5 + i * 2) + i * 2.3) + 0.02 * Math.sin(x * 17 + i);
    if (y > ridge) return hills[i] ?? hills[0];
  }
  const distance = Math.hypot(x - sunAt[0], ((y - sunAt[1]) * HEIGHT) / WIDTH);
  if (distance < 0.06) return sun;
  const glow = Math.max(0, 1 - distance / 0.5) ** 2 * 0.6;
  return mix(mix(sky[0], sky[1], y / 0.7), sun, glow);
}

function mix(a: Colour, b: Colour, share: number): Colour {
  const part = Math.min(share, 1);
  const of = (from: number, to: number): number => Math.round(from + (to - from) * part);
  return [of(a[0], b[0]), of(a[1], b[1]), of(a[2], b[2])];
}

/** PNG, second edition: signature, header, one chunk of zlib data, end. 8 bits a channel, RGB. */
async function png(rows: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, WIDTH);
  view.setUint32(4, HEIGHT);
  header.set([8, 2, 0, 0, 0], 8);
  const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate')));
  const data = new Uint8Array(await packed.arrayBuffer());
  const signature = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
  return joined([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array())]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** The CRC of ISO 3309, as PNG wants it; unsigned. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
