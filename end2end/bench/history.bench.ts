// Pages of a long history: how long the browser is busy while a user filters and pages through it.

import { expect, type Page, test } from "@playwright/test";

import { Report } from "../support/report.ts";
import { register } from "../support/visitor.ts";

const ROWS = Number(process.env["BENCH_ROWS"] ?? 1_000);
const AT_ONCE = 16;
/** The promise: no task longer than this. */
const LONGEST_MS = 100;

/** Long tasks as the browser reports them, from 50 ms on. */
async function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const entries = (window as unknown as { longTasks: number[] }).longTasks;
    return entries.splice(0);
  });
}

async function fill(page: Page): Promise<void> {
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const url = new URL("/api/balance/top_up", page.url());
  let sent = 0;
  const sendOn = async (): Promise<void> => {
    while (sent < ROWS) {
      sent += 1;
      const body = JSON.stringify({ amount: 1, idempotency_key: `row-${sent}` });
      const headers = { cookie, "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body });
      expect(answer.ok).toBe(true);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
}

test("pages of a long history", async ({ page }) => {
  test.setTimeout(300_000);
  await register(page);
  await page.goto("/account");
  await fill(page);
  await page.addInitScript(() => {
    const found: number[] = [];
    (window as unknown as { longTasks: number[] }).longTasks = found;
    new PerformanceObserver((list) => {
      found.push(...list.getEntries().map((entry) => entry.duration));
    }).observe({ type: "longtask", buffered: true });
  });
  const report = new Report();
  report.line(`A history of ${ROWS} rows: how often and how long the page was busy for more than 50 ms at a time.`);
  report.head(["while", "long tasks", "the longest, ms"]);
  const found: number[] = [];
  const measured = async (what: string): Promise<void> => {
    const tasks = await longTasks(page);
    const longest = Math.max(0, ...tasks);
    found.push(longest);
    report.row([what, tasks.length, longest.toFixed(0)]);
  };
  await page.goto("/transactions");
  await expect(page.locator("main tbody tr").first()).toBeVisible();
  await page.waitForTimeout(2_000);
  await measured("opening the page");

  for (const kind of ["Welcome", "Top-up", "All"]) {
    await page.getByRole("link", { name: kind, exact: true }).click();
    await page.waitForTimeout(500);
  }
  await measured("filtering three times");

  const older = page.getByRole("link", { name: "Older" });
  let pages = 1;
  for (; (await older.count()) > 0; pages += 1) {
    const url = page.url();
    await older.click();
    await expect(page).not.toHaveURL(url);
    await page.waitForTimeout(500);
  }
  await measured(`paging to the oldest of ${pages} pages`);

  for (let back = 1; back < pages; back += 1) {
    await page.goBack();
    await page.waitForTimeout(500);
  }
  await measured("going back through all of them");
  report.aim(`no task longer than ${LONGEST_MS} ms`, Math.max(...found) <= LONGEST_MS);
  report.end("history");
});
