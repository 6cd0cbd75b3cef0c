import { expect, test } from 'vitest';
import { scriptPerFrame } from '../bench/trace';

/** Microseconds, as in a trace; the page's main thread is 7 of process 1. */
const event = (name: string, ts: number, dur: number, tid = 7) => ({ name, ph: 'X', pid: 1, tid, ts, dur });
const frames = (...starts: number[]) => starts.map((ts) => event('FireAnimationFrame', ts, 0));
const traced = (...events: object[]) => scriptPerFrame(JSON.stringify({ traceEvents: events }));

test('script counts once, however deep it is called, and only that of the page', () => {
  const events = [
    event('EventDispatch', 1_000, 4_000),
    event('FunctionCall', 2_000, 1_000),
    event('FunctionCall', 2_000, 9_000, 8),
  ];
  expect(traced(...frames(0, 10_000), ...events)).toEqual([4]);
});

test('what runs over the beginning of a frame is divided between both', () => {
  expect(traced(...frames(0, 10_000, 20_000), event('FunctionCall', 8_000, 5_000))).toEqual([2, 3]);
});

test('what is no script does not count, nor what stands outside the frames', () => {
  const events = [event('Layout', 1_000, 5_000), event('FunctionCall', 30_000, 5_000), { name: 'thread_name', ph: 'M' }];
  expect(traced(...frames(5_000, 15_000), ...events)).toEqual([0]);
});
