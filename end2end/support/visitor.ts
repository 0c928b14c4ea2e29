// What the specs share: a person with an account, and the complaints of the browser and of axe.

import { expect, type Page } from "@playwright/test";
import axe from "axe-core";

export const PASSWORD = "correct horse battery";

/** The rules of axe that pages are checked against. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

declare global {
  interface Window {
    axe: typeof axe;
  }
}

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

/** Create an account without the form, which takes a second: the page keeps its session. Returns the email address. */
export async function register(page: Page): Promise<string> {
  const email = newEmail();
  const answer = await page.request.post("/api/auth/register", { data: { email, password: PASSWORD } });
  expect(answer.ok()).toBe(true);
  return email;
}

/** Create an account through the form; ends on the overview. Returns the email address. */
export async function registerByForm(page: Page): Promise<string> {
  const email = newEmail();
  await page.goto("/register");
  const form = page.locator("main form");
  await form.getByLabel("Email").fill(email);
  await form.getByLabel("Password").fill(PASSWORD);
  await form.getByRole("button").click();
  await expect(page).toHaveURL(/\/overview$/);
  return email;
}

/** Forget the session without logging out. A live page would notice and reload while the next one is being opened. */
export async function forgetSession(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.context().clearCookies();
}

function newEmail(): string {
  return `person-${crypto.randomUUID()}@example.org`;
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
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map((transition) => transition.finished));
  });
}

/** The page meets WCAG 2.2 AA as far as a program can tell; axe itself needs JavaScript in the page. */
export async function expectAccessible(page: Page, isLive: boolean): Promise<void> {
  if (!isLive) {
    return;
  }
  await nextFrames(page);
  // Once for each document: reading half a megabyte of source takes as long as a check.
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(axe.source);
  }
  const found = await page.evaluate(async (tags) => {
    // Otherwise axe also describes each element that passed.
    const { violations } = await window.axe.run({ runOnly: tags, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  }, TAGS);
  expect(found).toEqual([]);
}
