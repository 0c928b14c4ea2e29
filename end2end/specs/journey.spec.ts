// The main job, as a person does it: register, fill in the example, pay, read the result, see the histories.

import { expect, test } from "@playwright/test";

import { keepResultScreenshot, keepScreenshot } from "../support/screenshots.ts";

test("a newcomer registers, pays for a prediction and sees its result and its charge", async ({ page }, info) => {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      problems.push(message.text());
    }
  });
  page.on("pageerror", (error) => problems.push(error.message));

  await page.goto("/register");
  const register = page.locator("main form");
  await register.locator("input[name=email]").fill(`${info.project.name}-${Date.now()}@example.org`);
  await register.locator("input[name=password]").fill("correct horse battery");
  await register.locator("button[type=submit]").click();
  await expect(page).toHaveURL(/\/overview$/);

  if (info.project.name === "hydrated") {
    await expect(page.locator("main")).toContainText("10");
    expect(problems).toEqual([]);
    return;
  }

  await page.goto("/predict?example=1");
  const predict = page.locator("main form:has(input[name=usd_goal])");
  await expect(predict.locator("input[name=name]")).not.toHaveValue("");
  await predict.locator("button[type=submit]").click();

  await expect(page).toHaveURL(/\/tasks\/\d+$/);
  // Without JavaScript a page shows what has changed when it is loaded again.
  await expect(async () => {
    if (info.project.name === "no-js") {
      await page.reload();
    }
    await expect(page.locator("main")).toContainText(/\d+\s?%/, { timeout: 2_000 });
  }).toPass();
  if (info.project.name === "hydrated") {
    await keepResultScreenshot(page);
  } else {
    await keepScreenshot(page, "result-no-js");
  }

  await page.goto("/transactions");
  await expect(page.locator("main")).toContainText("10");
  await expect(page.locator("main table, main ul, main ol").first()).toBeVisible();
  await page.goto("/tasks");
  await expect(page.locator("main")).toContainText("Little Lanterns");
  expect(problems).toEqual([]);
});
