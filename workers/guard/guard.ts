import { DurableObject } from 'cloudflare:workers';
import { FORGET_MS, waitMs, withTry, type Tries } from '../../src/lib/domain/guess';
import type { Env } from '../env';

/** Devices from which the owner has signed in, by the hash of their cookie; each has a row of tries of its own. */
type Device = { id: string; tries: Tries | null; usedAt: number };
type State = { tries: Tries | null; devices: Device[] };

/** People have a few devices; more are browsers that forget their cookies. */
const MOST_DEVICES = 10;
const DEVICE_MS = 90 * 24 * 3_600_000;

/**
 * Counts the tries at one secret: an account's password, by the hash of its e-mail, whether or not there is such an account. A try is
 * counted when it begins, so that a thousand at once are a thousand, and taken back when it was right. Known devices are counted
 * apart: whoever guesses slows everybody but the owner. Another one counts what comes from one network, whatever it is tried at.
 */
export class Guard extends DurableObject<Env> {
  #state: State | null = null;

  /**
   * Whether a try may be made: 0, and it is counted as failed until `succeeded` says otherwise; else how long to wait, in ms. `free`: how many
   * in a row cost no wait.
   */
  async begin(device: string | null, free?: number): Promise<number> {
    const now = Date.now();
    const state = await this.#load();
    const known = state.devices.find(({ id }) => id === device) ?? null;
    const row = known ?? state;
    const wait = waitMs(row.tries, now, free);
    if (wait > 0) return wait;
    row.tries = withTry(row.tries, now);
    await this.#save(state, now);
    return 0;
  }

  /** Whether the owner has signed in from this device. */
  async knows(device: string): Promise<boolean> {
    return (await this.#load()).devices.some(({ id }) => id === device);
  }

  /** The try was right. `device` is where from, if that matters; it is known from now on. */
  async succeeded(device: string | null): Promise<void> {
    const now = Date.now();
    const state = await this.#load();
    const isKnown = state.devices.some(({ id }) => id === device);
    // What others have guessed meanwhile stays counted when it was not counted together.
    if (!isKnown) state.tries = null;
    const others = state.devices.filter(({ id, usedAt }) => id !== device && now - usedAt < DEVICE_MS);
    const used = device === null ? [] : [{ id: device, tries: null, usedAt: now }];
    state.devices = [...used, ...others].slice(0, MOST_DEVICES);
    await this.#save(state, now);
  }

  /** A new secret: what was tried at the old one is forgotten, and who knew it too. */
  async reset(): Promise<void> {
    this.#state = null;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const state = await this.#load();
    const isForgotten = state.devices.every(({ usedAt }) => now - usedAt >= DEVICE_MS);
    if (isForgotten && (!state.tries || now - state.tries.at >= FORGET_MS)) await this.reset();
    else await this.#save(state, now);
  }

  async #load(): Promise<State> {
    this.#state ??= (await this.ctx.storage.get<State>('state')) ?? { tries: null, devices: [] };
    return this.#state;
  }

  /** Whatever somebody makes up to try it, nothing of it is kept for long. */
  async #save(state: State, now: number): Promise<void> {
    await this.ctx.storage.put('state', state);
    await this.ctx.storage.setAlarm(now + (state.devices.length > 0 ? DEVICE_MS : FORGET_MS));
  }
}
