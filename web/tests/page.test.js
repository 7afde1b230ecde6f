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
