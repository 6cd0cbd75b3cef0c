/** Whether the tests under load run at their full size, for minutes (`npm run soak`). */
const isSoak = process.env.PARLEY_SOAK === '1';

/** A number for each size of the run. */
export const size = ({ soak, normal }: { soak: number; normal: number }): number => (isSoak ? soak : normal);
