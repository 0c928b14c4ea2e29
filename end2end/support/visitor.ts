// What the specs share: a person with an account, and the complaints of the browser and of axe.

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export const PASSWORD = "correct horse battery";

/** Start to gather what the browser complains about: errors and warnings of scripts, styles and requests. */
export function gatherProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      problems.push(message.text());
    }
  });
  page.on("pageerror", (error) => problems.push(error.message));
  return problems;
}

/** Make an account through the form; returns its e-mail address. */
export async function register(page: Page): Promise<string> {
  const email = `person-${crypto.randomUUID()}@example.org`;
  await page.goto("/register");
  const form = page.locator("main form");
  await form.getByLabel("Email").fill(email);
  await form.getByLabel("Password").fill(PASSWORD);
  await form.getByRole("button").click();
  await expect(page).toHaveURL(/\/overview$/);
  return email;
}

/** Buy credits without the form: the page keeps its session. */
export async function topUp(page: Page, amount: number, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const answer = await page.request.post("/api/balance/top_up", {
      data: { amount, idempotency_key: crypto.randomUUID() },
    });
    expect(answer.ok()).toBe(true);
  }
}

/** Pay for the prediction of the example; ends on the page of its task, whatever its state. */
export async function predictExample(page: Page): Promise<string> {
  await page.goto("/predict?example=1");
  await page.getByRole("button", { name: /^Predict for/ }).click();
  await expect(page).toHaveURL(/\/tasks\/\d+$/);
  return new URL(page.url()).pathname;
}

/** Wait for the result; without JavaScript a page shows what has changed when it is loaded again. */
export async function waitForResult(page: Page, isLive: boolean): Promise<void> {
  await expect(async () => {
    if (!isLive) {
      await page.reload();
    }
    await expect(page.locator("main")).toContainText(/\d+\s?%/, { timeout: 2_000 });
  }).toPass();
}

/** Nothing lies beyond the right edge of the window, of the header or of a card, once a new width is laid out. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overhanging = () =>
    page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll("header > *, main, .card")]
        .filter((box) => box.scrollWidth > box.clientWidth)
        .map((box) => `${box.tagName}.${box.className}: ${box.scrollWidth - box.clientWidth} px`),
    );
  await expect.poll(overhanging, "content wider than its box").toEqual([]);
}

/** A new colour scheme is drawn over the next frames: measured before, colours are not what people see. */
async function nextFrames(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
  );
}

/** The page meets WCAG 2.2 AA as far as a program can tell; axe itself needs JavaScript in the page. */
export async function expectAccessible(page: Page, isLive: boolean): Promise<void> {
  if (!isLive) {
    return;
  }
  await nextFrames(page);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  // Otherwise axe also describes each element that passed.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).withTags(tags);
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect(found).toEqual([]);
}
