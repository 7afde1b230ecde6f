// The page around the panels.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './harness.js';

for (const panel of ['tape', 'attention', 'training', 'exercises']) {
  test(`the address opens the panel ${panel}`, async () => {
    const { page, close } = await open(panel);
    assert.equal(await page.locator('.panel:visible').count(), 1);
    assert.equal(await page.locator('nav a[aria-current]').getAttribute('href'), `#${panel}`);
    await close();
  });
}

for (const panel of ['tape', 'attention', 'training', 'exercises']) {
  test(`${panel} fits a phone: nothing is wider than 360 pixels`, async () => {
    const { page, close } = await open(panel, { viewport: { width: 360, height: 740 } });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await close();
  });
}

test('if the library cannot be loaded, each panel says so', async () => {
  const { page, close } = await open('tape');
  await page.context().route('**/xgrad.js', (route) => route.abort());
  await page.reload();
  for (const panel of ['tape', 'attention', 'training', 'exercises']) {
    await page.evaluate((hash) => { location.hash = hash; }, `#${panel}`);
    const failure = page.locator(`.panel-${panel} .failure:visible`).first();
    await failure.waitFor();
    assert.match(await failure.textContent(), /the library has stopped: its module cannot be loaded/);
  }
  await assert.rejects(close, /the library has stopped/); // it is thrown, too
});
