// The main job, as a person does it: register, fill in the example, pay, read the result, see the histories.

import { keepResultScreenshot, keepScreenshot } from "../support/screenshots.ts";
import { expect, test } from "../support/test.ts";
import { gatherProblems, predictExample, register, registerByForm, waitForResult } from "../support/visitor.ts";

test("a newcomer registers, pays for a prediction and sees its result and its charge", async ({ page }, info) => {
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  await registerByForm(page);
  await predictExample(page);
  await waitForResult(page, isLive);
  if (isLive) {
    await keepResultScreenshot(page);
  } else {
    await keepScreenshot(page, "result-no-js");
  }

  await page.getByRole("link", { name: "Transactions" }).click();
  const rows = page.locator("main tbody tr");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("10");
  await page.getByRole("link", { name: "Predictions" }).click();
  await expect(page.locator("main tbody tr")).toContainText(["Little Lanterns"]);
  await expect(page.locator("main tbody tr")).toContainText(["Done"]);
  expect(problems).toEqual([]);
});

test("credits that do not suffice lead to the top-up and back", async ({ page }, info) => {
  await register(page);
  await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");

  await page.goto("/predict?example=1");
  await page.getByRole("button", { name: /^Predict for/ }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue(/Little Lanterns/);

  await page.getByRole("alert").getByRole("link").click();
  await expect(page).toHaveURL(/\/overview/);
  const topUp = page.locator("form:has(input[name=amount])");
  await topUp.locator("input[name=amount]").fill("0");
  await topUp.getByRole("button").click();
  await expect(topUp.locator(".field-error")).toContainText("from 1 to 1,000,000");
  await topUp.locator("input[name=amount]").fill("40");
  await topUp.getByRole("button").click();
  await expect(page.getByRole("banner")).toContainText("40");
  await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
});

test("what is wrong in the form stands beside its field, and what was typed stays", async ({ page }) => {
  await register(page);
  await page.goto("/predict");
  await page.getByLabel("Title").fill("A lamp of driftwood");
  await page.getByLabel(/goal/i).first().fill("much");
  await page.getByRole("button", { name: /^Predict for/ }).click();
  await expect(page.getByLabel(/goal/i).first()).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Title")).toHaveValue("A lamp of driftwood");
  await expect(page.getByLabel(/goal/i).first()).toHaveValue("much");
});
