import { Customer, mark } from './support/customer';
import { expect, test } from './support/test';

/** Each would set `window.hacked` if anything of it ran; the other half is only hard to draw. */
const texts: readonly string[] = [
  '<script>window.hacked=1</script>',
  '"><img src=x onerror="window.hacked=1">',
  '<svg onload=window.hacked=1>',
  "'-(window.hacked=1)-'",
  '{{constructor.constructor("window.hacked=1")()}}',
  '${window.hacked=1}',
  '</textarea></title><script>window.hacked=1</script>',
  'javascript:window.hacked=1//',
  'see javascript:window.hacked=1 or https://example.com/"onmouseover="window.hacked=1',
  'data:text/html,<script>window.hacked=1</script>',
  '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
  '<a href="jav&#x09;ascript:window.hacked=1">x</a>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=window.hacked=1>',
  '\u202Egnp.exe\u202C مرحبا بالعالم \u2066abc\u2069',
  'Z̸̧̛͈͔̗̎̽̕͝a̴̢̫͙̋̾̚l̶̡̻̬̊̈́̈́g̷͎̜̀̕͜o̶̧͙̤͛͐̋ '.repeat(8),
  '👩‍👩‍👧‍👦🏳️‍🌈🇮🇳 \u0000\uD800 end',
  'W'.repeat(4_000),
];

test('hostile names and texts are shown as what they are: nothing of them runs, nothing breaks our own content policy', async ({
  parley,
  enter,
}) => {
  const customers: { customer: Customer; text: string }[] = [];
  for (const [i, text] of texts.entries()) {
    // The mark makes each name one that can be found; the rest of it is as hostile as the text.
    const customer = await Customer.on(i % 2 ? 'whatsapp' : 'webhook', parley.origin, `x${mark()}${text.slice(0, 120)}`);
    await customer.says(text);
    customers.push({ customer, text });
  }
  const ana = await enter('ana');
  const { page } = ana;
  const answer = await page.goto('/conversations');
  const policy = answer?.headers()['content-security-policy'] ?? '';
  expect(policy).toMatch(/script-src 'self' 'nonce-[^']+'/);
  expect(policy).toContain("object-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  await ana.isLive();

  for (const { customer, text } of customers) {
    const link = ana.rows.locator(`[data-row="${customer.conversationId}"]`);
    await ana.search.fill(customer.name.slice(0, 9));
    await expect(ana.rows.getByRole('link')).toHaveCount(1);
    await link.click();
    const log = page.getByRole('log', { name: 'Messages' });
    const words = text
      .replace(/\u0000/g, '')
      .replace(/[\uD800-\uDFFF](?![\uDC00-\uDFFF])(?<![\uD800-\uDBFF].)/g, '\uFFFD')
      .trim();
    const shown = log.locator('[data-message-id] [dir="auto"]');
    await expect.poll(async () => (await shown.allTextContents()).map((part) => part.toWellFormed().trim())).toContain(words);
    for (const anchor of await shown.getByRole('link').all()) {
      expect(await anchor.getAttribute('href')).toMatch(/^(https?|mailto|tel):/);
      expect(await anchor.getAttribute('rel')).toBe('noopener noreferrer');
    }
    await expect(page.locator('.thread img, .thread iframe, .thread svg[onload], .thread script')).toHaveCount(0);
    // Whatever the text, the page does not scroll sideways.
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBe(0);
  }
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);

  // A hostile search and a hostile link are as harmless.
  for (const search of [
    '"><img src=x onerror=window.hacked=1>',
    '%',
    '_',
    '*',
    'NEAR(',
    "'; DROP TABLE conversations; --",
    '😀',
  ]) {
    await page.goto(`/conversations?q=${encodeURIComponent(search)}&tab=<script>&ticket=evil&campaign="`);
    await expect(page.getByText('Nothing found').or(ana.rowAt(1))).toBeVisible();
  }
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});
