import { z } from 'zod';

/** The categories of Chromium's trace that tell scripting and frames. */
export const TRACED = ['-*', '__metadata', 'devtools.timeline', 'v8.execute'];

/** `ts` and `dur` are microseconds by the clock, `tdur` those in which the thread had a processor. */
const Event = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  ts: z.number(),
  dur: z.number().optional(),
  tdur: z.number().optional(),
});
const Trace = z.object({ traceEvents: z.array(z.unknown()) });

const FRAME = 'FireAnimationFrame';
/** Everything in which script of the page runs, its compiling, and the collecting of its garbage. */
const SCRIPTING = new Set([
  'EvaluateScript', 'v8.compile', 'v8.run', 'FunctionCall', 'EventDispatch', 'TimerFire', 'RunMicrotasks', FRAME, 'MinorGC', 'MajorGC',
]); // prettier-ignore

/**
 * Processor time of script on the page's main thread in each frame, in ms, layout that script forces included: the union of its events, so
 * that one inside another counts once, divided where a frame begins.
 */
export function scriptPerFrame(json: string): number[] {
  const events = Trace.parse(JSON.parse(json)).traceEvents.flatMap((event) => Event.safeParse(event).data ?? []);
  const threadOf = ({ pid, tid }: z.infer<typeof Event>) => `${pid} ${tid}`;
  const main = events.find(({ name }) => name === FRAME);
  if (main === undefined) throw new Error('the trace has no frames');
  const ours = events.filter((event) => threadOf(event) === threadOf(main)).sort((a, b) => a.ts - b.ts);
  const starts = ours.filter(({ name }) => name === FRAME).map(({ ts }) => ts);
  const perFrame = new Float64Array(Math.max(0, starts.length - 1));
  let [frame, covered] = [0, 0];
  for (const { name, ts, dur = 0, tdur = dur } of ours) {
    if (!SCRIPTING.has(name) || dur === 0) continue;
    let from = Math.max(ts, covered, starts[0] ?? 0);
    covered = Math.max(covered, ts + dur);
    while (from < ts + dur) {
      while (frame + 1 < starts.length && (starts[frame + 1] ?? Infinity) <= from) frame += 1;
      const to = Math.min(ts + dur, starts[frame + 1] ?? Infinity);
      if (frame < perFrame.length) perFrame[frame] = (perFrame[frame] ?? 0) + ((to - from) * Math.min(1, tdur / dur)) / 1000;
      from = to;
    }
  }
  return [...perFrame];
}
