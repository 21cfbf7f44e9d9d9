/** The age test vectors in a real browser: its own ChaCha20-Poly1305 must give what @noble/ciphers gives, and refuse what it refuses. */
import { expect, test } from '@playwright/test';
import { buildPage, call, openPage } from '../bench/build.ts';

test('every age vector through the native stream and through noble, in Chromium', async () => {
  test.setTimeout(180_000);
  const { page, close } = await openPage(await buildPage('crypto'));
  try {
    expect(await call(page, 'path'), 'this browser has ChaCha20-Poly1305').toBe('native');
    const { count, wrong } = await call(page, 'vectors');
    expect(count).toBeGreaterThanOrEqual(143);
    expect(wrong).toEqual([]);
  } finally {
    await close();
  }
});
