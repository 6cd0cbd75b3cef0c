/** Two soft tones, as [Hz, begins after s]. */
const tones = [
  [659.26, 0],
  [987.77, 0.13],
] as const;
const TONE_S = 0.45;
const LOUDNESS = 0.07;
const SILENCE = 0.0001;

/** A short sound. Browsers let a page sound only once somebody has touched it: `wake` is for such a moment. Never throws. */
export class Chime {
  #context: AudioContext | null = null;
  #ringing = 0;

  wake(): void {
    if (this.#context !== null) return;
    try {
      const context = new AudioContext();
      this.#context = context;
      context.resume().then(() => this.#rest(context), none);
    } catch {
      // A browser without it is a silent one.
    }
  }

  /** False when nobody has touched the page yet. */
  play(): boolean {
    const context = this.#context;
    if (context === null) return false;
    this.#ringing += 1;
    context.resume().then(() => this.#ring(context), none);
    return true;
  }

  end(): void {
    this.#context?.close().catch(none);
    this.#context = null;
  }

  #ring(context: AudioContext): void {
    try {
      for (const [hz, after] of tones) {
        const begin = context.currentTime + after;
        const oscillator = new OscillatorNode(context, { frequency: hz });
        const gain = new GainNode(context, { gain: 0 });
        gain.gain.setValueAtTime(SILENCE, begin);
        gain.gain.exponentialRampToValueAtTime(LOUDNESS, begin + 0.015);
        gain.gain.exponentialRampToValueAtTime(SILENCE, begin + TONE_S);
        oscillator.connect(gain).connect(context.destination);
        oscillator.start(begin);
        oscillator.stop(begin + TONE_S);
        if (after > 0) oscillator.onended = () => this.#rung(context);
      }
    } catch {
      this.#rung(context);
    }
  }

  #rung(context: AudioContext): void {
    this.#ringing -= 1;
    this.#rest(context);
  }

  /** One that runs keeps the machine's sound awake. */
  #rest(context: AudioContext): void {
    if (this.#ringing === 0) context.suspend().catch(none);
  }
}

const none = (): void => undefined;
