import { numberText } from '../domain/number-text';

const MINUTE_S = 60;
const HOUR_MIN = 60;
const DAY_H = 24;
/** From so many days on the hours say nothing. */
const MANY_DAYS = 10;

/** How long something took, in ms: `45 s`, `12 min`, `2 h 10 min`, `3 d 4 h`, `12 d`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < MINUTE_S) return `${seconds} s`;
  const minutes = Math.round(seconds / MINUTE_S);
  if (minutes < HOUR_MIN) return `${minutes} min`;
  if (minutes < DAY_H * HOUR_MIN) return two(minutes, HOUR_MIN, 'h', 'min');
  const hours = Math.round(minutes / HOUR_MIN);
  return hours < MANY_DAYS * DAY_H ? two(hours, DAY_H, 'd', 'h') : `${numberText(Math.round(hours / DAY_H))} d`;
}

/** The same, a dash where there is nothing to be long. */
export const durationOrDash = (ms: number | null): string => (ms === null ? '–' : durationText(ms));

const two = (n: number, per: number, large: string, small: string): string =>
  `${Math.floor(n / per)} ${large}${n % per === 0 ? '' : ` ${n % per} ${small}`}`;
