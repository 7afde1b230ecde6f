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

test('a link to a panel shows it as it was left', async () => {
  const { page, close } = await open('attention?d=4');
  await page.getByLabel('mask', { exact: true }).selectOption('none');
  await page.locator('nav a', { hasText: 'Tape' }).click();
  await page.locator('.panel-tape[data-ready]').waitFor();
  await page.locator('nav a', { hasText: 'Attention' }).click();
  await page.locator('.panel-attention:visible').waitFor();
  assert.equal(new URL(page.url()).hash, '#attention?d=4&mask=none');
  assert.equal(await page.getByLabel('mask', { exact: true }).inputValue(), 'none');
  await page.goBack();
  assert.match(new URL(page.url()).hash, /^#tape/);
  await close();
});

test('the link that skips to the panel keeps the address, and opens the first panel where there is none', async () => {
  const { page, close } = await open('attention?d=4');
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash === '#attention?d=4');
  assert.equal(await page.locator('.panel:visible h2').textContent(), 'Attention');
  await page.evaluate(() => history.replaceState(null, '', '#panel'));
  await page.reload();
  await page.locator('.panel-tape[data-ready]').waitFor();
  await close();
});

for (const [address, wrong] of [
  ['tape?e=a%2Bb&a=1&b=2&d=float16&s=two', ['d=float16', 's=two']],
  ['attention?d=5&heads=magic', ['d=5', 'heads=magic']],
  ['training?heads=two&depth=3', ['heads=two', 'depth=3']],
]) {
  test(`the panel names each entry of the address that it cannot read: ${address}`, async () => {
    const { page, close } = await open(address);
    const said = wrong.map((entry) => `The address says ${entry}, which is not known here.`).join(' ');
    assert.equal(await page.locator('.failure:visible').textContent(), said);
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
