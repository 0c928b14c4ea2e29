// Every page, as narrow as a small phone and as wide as a desk, light and dark: it holds together, is
// accessible, and the browser has nothing to complain about.

import type { Page } from "@playwright/test";

import { expectGoodLooks } from "../support/looks.ts";
import { expect, test } from "../support/test.ts";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  gatherProblems,
  predictExample,
  register,
  waitForResult,
} from "../support/visitor.ts";

// axe takes most of the time, on a busy machine up to 15 s for a page with charts.
test.describe.configure({ timeout: 120_000 });

const LOCALES = ["en", "ru"] as const;
const PLAN = "/plan?goal=10000&category=Games&subscribers=1000&followers=400&social_followers=2100";
const OPEN_PAGES = [
  "/",
  "/example",
  "/explore",
  "/explore?parent=Games",
  "/plan",
  PLAN,
  "/models/1/track-record",
  "/login",
  "/login/code",
  "/register",
  "/reset-password",
  "/reset-password?done=sent",
  "/verify-email",
];
const OWN_PAGES = [
  "/",
  "/overview",
  "/predict",
  "/tasks",
  "/tasks?status=failed",
  "/batches",
  "/outcomes",
  "/transactions",
  "/account",
  "/account/confirm",
  "/account/keys",
  "/account/second-factor",
  "/account/webhooks",
];

/** One load for each language; width and colours change under the loaded page, as they do on a device. */
async function look(page: Page, path: string, project: string, name: string): Promise<void> {
  for (const locale of LOCALES) {
    await page.request.post("/preferences", { form: { locale } });
    await page.goto(path);
    await expect(page.locator("html")).toHaveAttribute("lang", locale);
    await expect(page.locator("h1")).toHaveCount(1);
    await page.setViewportSize({ width: 768, height: 800 });
    await expectNoSidewaysScroll(page);
    await expectGoodLooks(page, project, `${name}-${locale}`);
  }
}

function nameOf(path: string): string {
  return path.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "home";
}

for (const path of OPEN_PAGES) {
  test(`a page that is open to all: ${path}`, async ({ page }, info) => {
    const problems = gatherProblems(page);
    await look(page, path, info.project.name, `open-${nameOf(path)}`);
    expect(problems).toEqual([]);
  });
}

for (const path of OWN_PAGES) {
  test(`a page of somebody who just began: ${path}`, async ({ page }, info) => {
    const problems = gatherProblems(page);
    await register(page);
    await look(page, path, info.project.name, `new-${nameOf(path)}`);
    expect(problems).toEqual([]);
  });
}

for (const path of ["/overview", "/predict?example=1", "/tasks", "/transactions"]) {
  test(`a page of somebody with a history: ${path}`, async ({ page }, info) => {
    const problems = gatherProblems(page);
    await register(page);
    await predictExample(page);
    await waitForResult(page, info.project.name === "hydrated");
    await look(page, path, info.project.name, `own-${nameOf(path)}`);
    expect(problems).toEqual([]);
  });
}

test("the result of somebody with a history", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await register(page);
  const task = await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
  await look(page, task, info.project.name, "own-result");
  expect(problems).toEqual([]);
});

test("the report of somebody with a history", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await register(page);
  const task = await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
  await look(page, `/report?task=${task.split("/").pop()}`, info.project.name, "own-report");
  expect(problems).toEqual([]);
});

test("a page that is not there says so, with the status to match", async ({ page }, info) => {
  await register(page);
  for (const path of ["/nothing-here", "/tasks/no-id", "/tasks/999999999"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.locator("h1")).toBeVisible();
    await expectAccessible(page, info.project.name === "hydrated");
  }
});

test("everything is reached by keyboard, and one sees where one is", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "the same document without JavaScript");
  await page.goto("/login");
  await page.keyboard.press("Tab");
  await expect(page.locator(":focus")).toHaveAttribute("href", /#/);
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  const seen = new Set<string>();
  for (let press = 0; press < 8; press += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) === 0) {
      break;
    }
    const outline = await focused.evaluate((it) => getComputedStyle(it).outlineStyle);
    expect(outline).not.toBe("none");
    seen.add((await focused.getAttribute("name")) ?? (await focused.textContent()) ?? "");
  }
  expect([...seen]).toEqual(expect.arrayContaining(["email", "password"]));
});
