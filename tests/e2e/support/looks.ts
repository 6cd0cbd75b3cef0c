import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, type OpenOptions } from './test';

/** Between them every colour and every layout is seen: colours do not depend on the width. Nothing moves, so that no colour is on its way. */
export const looks: { title: string; options: OpenOptions }[] = [
  { title: 'in light colours on a desktop', options: { colorScheme: 'light', reducedMotion: 'reduce' } },
  {
    title: 'in dark colours on a phone',
    options: {
      colorScheme: 'dark',
      reducedMotion: 'reduce',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    },
  },
];

/** Axe finds nothing wrong with what is shown, and it is not wider than the screen. */
export async function expectWell(page: Page, what: string): Promise<void> {
  // Something that is still fading in has colours that nobody is meant to read. What never ends is not waited for.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  // The other mode opens a page of its own for frames, which we have none of.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const problems = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  );
  expect(problems, what).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, what).toBeLessThanOrEqual(0);
}
