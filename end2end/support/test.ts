// The `test` of all specs.

import { expect, test as base } from "@playwright/test";

/**
 * Chromium may never close a page that is still starting its client bundle. So each page becomes idle before its context is
 * closed. What pages do meanwhile is not checked: the test has ended.
 */
export const test = base.extend<{ idlePages: void }>({
  idlePages: [
    async ({ context }, use) => {
      await use();
      await Promise.allSettled(context.pages().map((page) => page.waitForLoadState("networkidle", { timeout: 5_000 })));
    },
    { auto: true },
  ],
});

export { expect };
