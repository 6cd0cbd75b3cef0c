/** So many are asked at a time. */
const LANES = 10;

/** The answers of others, in the order of the questions; some are asked at a time. Throws what the first of them throws. */
export async function inLanes<T, R>(values: readonly T[], ask: (value: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const next = values.entries();
  const lane = async () => {
    for (const [i, value] of next) answers[i] = await ask(value);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return answers;
}
