import { attachmentFor, type ProviderName } from '../domain/provider-rules';
import { VOICE_NAME } from './content-view';

/** What browsers can record, best first. A bare `audio/mp4` may hold a codec that messaging apps do not play. */
const recordable = [
  { mime: 'audio/ogg', type: 'audio/ogg;codecs=opus', extension: 'ogg' },
  { mime: 'audio/mp4', type: 'audio/mp4;codecs=mp4a.40.2', extension: 'm4a' },
  { mime: 'audio/webm', type: 'audio/webm;codecs=opus', extension: 'webm' },
] as const;

export type VoiceFormat = (typeof recordable)[number];

/** The first format that this browser records and this provider takes as audio; null when there is none. */
export function voiceFormat(provider: ProviderName, isRecordable: (type: string) => boolean): VoiceFormat | null {
  const isTaken = (mime: string): boolean => {
    const fit = attachmentFor(provider, { mime, size: 1 });
    return 'kind' in fit && fit.kind === 'audio';
  };
  return recordable.find(({ mime, type }) => isTaken(mime) && isRecordable(type)) ?? null;
}

/** As `voiceFormat`, for the browser we are in. */
export function browserVoiceFormat(provider: ProviderName): VoiceFormat | null {
  if (typeof MediaRecorder === 'undefined' || !('mediaDevices' in navigator)) return null;
  return voiceFormat(provider, (type) => MediaRecorder.isTypeSupported(type));
}

const BITS_PER_SECOND = 32_000;
const TICK_MS = 250;
/** Longer than anybody speaks into a chat; a forgotten microphone ends here. */
const LONGEST_VOICE_MS = 15 * 60_000;

/** One voice message at a time: from the microphone to a file. */
export class VoiceRecorder {
  #state = $state<'idle' | 'asking' | 'recording'>('idle');
  #elapsedMs = $state(0);
  #problem = $state<string | null>(null);
  #recorder: MediaRecorder | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  get state(): 'idle' | 'asking' | 'recording' {
    return this.#state;
  }
  /** How long it has been recording. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }
  /** Why there is no recording, in words. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Asks for the microphone and records until `finish` or `cancel`. */
  async start(format: VoiceFormat): Promise<void> {
    if (this.#state !== 'idle') return;
    this.#state = 'asking';
    this.#problem = null;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      // Cancelled while the browser asked.
      if (this.#asked() !== 'asking') return endOf(stream);
      this.#recorder = new MediaRecorder(stream, { mimeType: format.type, audioBitsPerSecond: BITS_PER_SECOND });
      this.#recorder.start();
      this.#elapsedMs = 0;
      this.#state = 'recording';
      const startedAt = performance.now();
      this.#timer = setInterval(() => this.#tick(performance.now() - startedAt), TICK_MS);
    } catch (error) {
      this.#end();
      this.#problem = problemWords(error);
    }
  }

  /** The recording as a file; null when there is nothing in it. */
  async finish(format: VoiceFormat): Promise<File | null> {
    const recorder = this.#recorder;
    if (!recorder) return null;
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
    if (recorder.state === 'inactive') return null;
    recorder.stop();
    await stopped;
    this.#end();
    const file = new File(parts, `${VOICE_NAME}.${format.extension}`, { type: format.mime });
    return file.size > 0 ? file : null;
  }

  cancel(): void {
    if (this.#recorder && this.#recorder.state !== 'inactive') this.#recorder.stop();
    this.#end();
  }

  /** The state may have changed while something was awaited. */
  #asked(): string {
    return this.#state;
  }

  #tick(elapsedMs: number): void {
    this.#elapsedMs = Math.min(elapsedMs, LONGEST_VOICE_MS);
    if (elapsedMs >= LONGEST_VOICE_MS && this.#recorder?.state === 'recording') this.#recorder.pause();
  }

  #end(): void {
    clearInterval(this.#timer);
    if (this.#recorder) endOf(this.#recorder.stream);
    this.#recorder = null;
    this.#state = 'idle';
  }
}

/** Lets the microphone go, and with it the browser's mark of recording. */
function endOf(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function problemWords(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError') return 'The microphone is not allowed here. Allow it in the browser’s settings for this site.';
  if (name === 'NotFoundError') return 'There is no microphone.';
  return 'The microphone could not be used.';
}
