/** Marks a genuine delivery of ours that is to be taken and forgotten: an Admin tries whether what is genuine gets here. */
export const TEST_HEADER = 'x-parley-test';
