// The server goes away and comes back: the page says so, and takes up what happened meanwhile.

import { freePort, OwnServer } from "../support/own-server.ts";
import { expect, test } from "../support/test.ts";
import { PASSWORD } from "../support/visitor.ts";

test("a server that is killed and started again is waited for, and the page catches up", async ({ browser }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
  test.slow();
  const server = new OwnServer(await freePort());
  try {
    await server.start();
    const context = await browser.newContext({ baseURL: server.url });
    const page = await context.newPage();
    const credentials = { email: "ada@example.org", password: PASSWORD };
    const registered = await page.request.post("/api/auth/register", { data: credentials });
    expect(registered.ok()).toBe(true);
    await page.goto("/transactions");
    const rows = page.locator("main tbody tr");
    await expect(rows).toHaveCount(1);
    const topUp = async (): Promise<void> => {
      const data = { amount: 5, idempotency_key: crypto.randomUUID() };
      expect((await page.request.post("/api/balance/top_up", { data })).ok()).toBe(true);
    };
    await topUp();
    await expect(rows).toHaveCount(2);

    await server.kill();
    await expect(page.locator(".connection")).toContainText(/reconnect/i);
    await server.start();
    // Before the page has found the server again, or after: either way it must be told.
    await topUp();
    await expect(page.locator(".connection")).toBeEmpty({ timeout: 40_000 });
    await expect(rows).toHaveCount(3);
    await topUp();
    await expect(rows).toHaveCount(4);
    await context.close();
  } finally {
    await server.clear();
  }
});
