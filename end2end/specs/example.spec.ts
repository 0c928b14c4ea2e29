// Before an account: a complete result of an invented campaign, with sliders that work.

import { expect, test } from "../support/test.ts";
import { gatherProblems } from "../support/visitor.ts";

function percentOf(text: string): number {
  const found = /(\d+)%/.exec(text);
  expect(found, text).not.toBeNull();
  return Number(found?.[1]);
}

test("a visitor comes from the home page to a complete result, and on to an account", async ({ page }) => {
  const problems = gatherProblems(page);
  await page.goto("/example");
  await page.goto("/");
  const shown = percentOf((await page.locator(".hero .gauge-number").textContent()) ?? "");
  await page.getByRole("link", { name: "See a complete example" }).click();
  await expect(page).toHaveURL(/\/example$/);
  await expect(page.locator("h1")).toHaveText("A complete example");
  expect(percentOf((await page.locator(".result .gauge-number").textContent()) ?? "")).toBe(shown);
  for (const name of ["Why this result", "What to change", "What if", "How similar campaigns did", "Campaign details"]) {
    await expect(page.getByRole("region", { name })).toBeVisible();
  }
  await expect(page.getByRole("region", { name: "About this example" })).toContainText(/costs \d+ credits/);
  await page.getByRole("main").getByRole("link", { name: "Create a free account" }).click();
  await expect(page).toHaveURL(/\/register$/);
  expect(problems).toEqual([]);
});

test("the sliders of the example answer without an account", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript the values stand in tables");
  const problems = gatherProblems(page);
  await page.goto("/example");
  const answer = page.locator(".what-if-answer");
  await expect(answer).toContainText("As submitted");
  const before = percentOf(await answer.innerText());
  const goal = page.getByRole("slider", { name: "Goal" });
  await goal.scrollIntoViewIfNeeded();
  await goal.fill("0");
  await expect(answer).toContainText("With these changes");
  const withLowGoal = percentOf(await answer.innerText());
  expect(withLowGoal).toBeGreaterThan(before);

  const asked = page.waitForResponse((response) => response.url().endsWith("/api/example/what_if"));
  await page.getByRole("slider", { name: "Campaign length" }).fill("59");
  expect((await asked).status()).toBe(200);
  await expect(answer).toContainText("With these changes");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(answer).toContainText("As submitted");
  expect(problems).toEqual([]);
});

test("without JavaScript the values of the sliders stand in tables", async ({ page }, info) => {
  test.skip(info.project.name === "hydrated", "with JavaScript there are sliders");
  await page.goto("/example");
  const card = page.getByRole("region", { name: "What if" });
  await card.getByText("All values: Goal").click();
  await expect(card.locator("table").first()).toContainText("%");
  await expect(card.locator(".what-if-answer")).toContainText("As submitted");
});
