import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';

const OPEN_MS = 10_000;
const [CONTINUATION, TEXT, CLOSE, PING, PONG] = [0, 1, 8, 9, 10];
const GOING_AWAY = Buffer.from([0x03, 0xe9]);

/**
 * A WebSocket without compression that costs next to nothing: a thousand of Node's own take more of the machine than the server that is
 * measured, as each inflates what it gets. Reads what our server sends (RFC 6455: whole frames of text) and nothing else.
 */
export class PlainSocket {
  readonly #socket: Socket;
  readonly #onText: (text: string) => void;
  #unread: Buffer;

  private constructor(socket: Socket, head: Buffer, onText: (text: string) => void) {
    this.#socket = socket;
    this.#onText = onText;
    this.#unread = head;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    // Whoever waits for something that does not come says so.
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
  }

  /** Resolves when it is open; rejects when it is refused, or not open within 10 s. */
  static open(
    origin: string,
    path: string,
    headers: Record<string, string>,
    onText: (text: string) => void,
  ): Promise<PlainSocket> {
    return new Promise((resolve, reject) => {
      const upgrade = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      };
      const call = request(origin + path, { agent: false, headers: { ...headers, ...upgrade } });
      const timer = setTimeout(() => call.destroy(new Error(`${path} did not open`)), OPEN_MS);
      call.on('error', reject);
      call.on('close', () => clearTimeout(timer));
      call.on('response', ({ statusCode }) => call.destroy(new Error(`${path} was refused with ${statusCode}`)));
      call.on('upgrade', (_response, socket: Socket, head) => {
        clearTimeout(timer);
        const opened = new PlainSocket(socket, head, onText);
        resolve(opened);
        // What came with the answer is read when the opener knows its socket.
        setImmediate(() => opened.#read(Buffer.alloc(0)));
      });
      call.end();
    });
  }

  /** Whether the server has not gone away. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  close(): void {
    this.#write(CLOSE, GOING_AWAY);
    this.#socket.end();
  }

  /** Gone without a word, as when a network breaks. */
  cut(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    for (let frame = this.#next(); frame; frame = this.#next()) {
      if (frame.opcode === TEXT) this.#onText(frame.payload.toString());
      else if (frame.opcode === PING) this.#write(PONG, frame.payload);
      else if (frame.opcode === CLOSE) this.#socket.destroy();
      else if (frame.opcode === CONTINUATION) throw new Error('a frame came in pieces');
    }
  }

  /** Takes the next whole frame off what has been read, if there is one. */
  #next(): { opcode: number; payload: Buffer } | null {
    const bytes = this.#unread;
    if (bytes.length < 2) return null;
    const [first, short] = [bytes.readUInt8(0), bytes.readUInt8(1)];
    const from = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < from) return null;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < from + length) return null;
    this.#unread = bytes.subarray(from + length);
    return { opcode: first & 0x0f, payload: bytes.subarray(from, from + length) };
  }

  #write(opcode: number, payload: Buffer): void {
    if (this.#socket.destroyed) return;
    if (payload.length > 125) throw new Error('a client of ours says little');
    // Clients have to mask; a mask of zeros leaves the bytes as they are.
    this.#socket.write(Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  }
}
