import { ranges } from '../domain/milestone';
import { durationText } from './duration-text';

/** `ranges` in words: `under 1 min`, `1 min to 5 min`, … `over 1 d`. */
export const rangeNames: readonly string[] = ranges.map((end, index) => {
  const start = ranges[index - 1];
  if (start === undefined) return `under ${durationText(end)}`;
  return end === Infinity ? `over ${durationText(start)}` : `${durationText(start)} – ${durationText(end)}`;
});
