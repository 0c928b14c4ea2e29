// Looking into a result: why, what to change, what if; and the rates that are open to all.

import { expect, test } from "../support/test.ts";
import { gatherProblems, predictExample, register, waitForResult } from "../support/visitor.ts";

function percentOf(text: string): number {
  const found = /(\d+)%/.exec(text);
  expect(found, text).not.toBeNull();
  return Number(found?.[1]);
}

test("a result says why, what to change and how campaigns alike did", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await register(page);
  await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
  const result = percentOf((await page.locator(".gauge-number").textContent()) ?? "");

  const why = page.getByRole("region", { name: "Why this result" });
  await expect(why.locator("tbody tr").last()).toContainText(`${result}%`);
  expect(await why.locator("tbody tr").count()).toBeGreaterThan(3);
  await expect(page.getByRole("region", { name: "How similar campaigns did" })).toContainText("Tabletop Games");
  // One story: the sentence names the rate of similar campaigns and says why this one differs from it.
  await expect(page.getByRole("region", { name: "In short" })).toContainText(/campaigns with a similar category, goal and length/);
  const amounts = page.getByRole("region", { name: "If it reaches its goal" });
  await expect(amounts.getByRole("row", { name: /Middle/ })).toContainText(/\$[\d,]+/);
  await expect(amounts).toContainText(`The chance that it doesn’t reach its goal is ${100 - result}%`);
  await expect(page.getByRole("region", { name: "When to launch: Tabletop Games" }).getByRole("row")).toHaveCount(13);

  const changes = page.getByRole("region", { name: "What to change" });
  const first = changes.getByRole("listitem").first();
  await expect(first).toContainText(/Succeeded among Games/);
  expect(percentOf(await first.innerText())).toBeGreaterThan(result);
  await changes.getByRole("link", { name: "Open the form with these changes" }).click();
  await expect(page).toHaveURL(/\/predict\?/);
  await expect(page.getByLabel("Title")).toHaveValue(/Little Lanterns/);
  expect(problems).toEqual([]);
});

test("the advice keeps to bounds of one's own, and says which of them is wrong", async ({ page }, info) => {
  await register(page);
  await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
  const changes = page.getByRole("region", { name: "What to change" });
  await expect(changes).toContainText("Lower the goal");
  await changes.getByText("Set your own limits").click();
  await changes.getByLabel("Lowest goal").fill("8000");
  await changes.getByRole("button", { name: "Update suggestions" }).click();
  await expect(page).toHaveURL(/goal_min_usd=8000/);
  await expect(changes).toContainText("goals of $8,000 or more");
  await expect(changes).not.toContainText("Lower the goal");

  await page.goto(`${page.url().split("?")[0]}?goal_min_usd=much`);
  await expect(changes.getByLabel("Lowest goal")).toHaveAttribute("aria-invalid", "true");
  await expect(changes.getByLabel("Lowest goal")).toHaveValue("much");
});

test("sliders answer without a charge, one by its curve and several by the model", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript the values stand in tables");
  const problems = gatherProblems(page);
  await register(page);
  await predictExample(page);
  await waitForResult(page, true);
  const answer = page.locator(".what-if-answer");
  await expect(answer).toContainText("As submitted");
  const before = percentOf(await answer.innerText());

  const goal = page.getByRole("slider", { name: "Goal" });
  await goal.fill("0");
  await expect(answer).toContainText("With these changes");
  const withLowGoal = percentOf(await answer.innerText());
  expect(withLowGoal).toBeGreaterThan(before);

  const asked = page.waitForResponse((response) => response.url().endsWith("/api/task/what_if"));
  await page.getByRole("slider", { name: "Campaign length" }).fill("59");
  expect((await asked).status()).toBe(200);
  await expect(answer).toContainText("With these changes");
  expect(percentOf(await answer.innerText())).not.toBe(withLowGoal);

  await page.getByRole("button", { name: "Reset" }).click();
  await expect(answer).toContainText("As submitted");
  await expect(goal).not.toHaveValue("0");
  await expect(page.getByRole("banner").locator(".balance-chip")).toHaveText("0");
  expect(problems).toEqual([]);
});

test("nothing but the sliders is loaded after the page, and one that was moved before counts", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript there are none");
  const problems = gatherProblems(page);
  await register(page);
  await predictExample(page);
  await waitForResult(page, true);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const chunks: string[] = [];
  await page.route("**/pkg/pledgecast_chunk.*", async (route) => {
    chunks.push(new URL(route.request().url()).pathname);
    if (chunks.length > 1) {
      await held;
    }
    await route.continue();
  });
  const asked = page.waitForRequest(/_chunk\.task_what_if\./);
  await page.reload();
  const answer = page.locator(".what-if-answer");
  const why = page.getByRole("region", { name: "Why this result" });
  await why.evaluate((card) => card.setAttribute("data-mark", "server"));
  const goal = page.getByRole("slider", { name: "Goal" });
  await goal.scrollIntoViewIfNeeded();
  await asked;
  await goal.fill("0");
  await expect(answer).toContainText("As submitted");
  release();
  await expect(answer).toContainText("With these changes");
  await expect(goal).toHaveValue("0");
  await expect(goal).toHaveAttribute("aria-valuetext", /^\$[\d,]+: \d+%$/);
  // It is the server's HTML that became live.
  await expect(why).toHaveAttribute("data-mark", "server");
  expect(chunks).toHaveLength(2);
  expect(problems).toEqual([]);
});

test("a slider of the launch takes the other one back", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript there are none");
  await register(page);
  await predictExample(page);
  await waitForResult(page, true);
  const month = page.getByRole("slider", { name: "Launch month" });
  const weekday = page.getByRole("slider", { name: "Launch weekday" });
  const own = await weekday.inputValue();
  const other = own === "0" ? "1" : "0";
  await weekday.fill(other);
  await expect(page.locator(".what-if-answer")).toContainText("With these changes");
  await month.press("Home");
  await month.press("End");
  await expect(weekday).toHaveValue(own);
});

test("a result is looked into wherever somebody comes to it from", async ({ page }) => {
  const problems = gatherProblems(page);
  await register(page);
  const path = await predictExample(page);
  await page.goto("/tasks");
  await expect(page.locator("main tbody tr")).toContainText(["Done"]);
  await page.locator(`main a[href="${path}"]`).first().click();
  const why = page.getByRole("region", { name: "Why this result" });
  await expect(why.locator("tbody tr").last()).toContainText(/\d+%/);
  await expect(page.getByRole("region", { name: "Campaign details" })).toContainText("Little Lanterns");
  expect(problems).toEqual([]);
});

test("cards that cannot be had say so, and the answer stands", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page comes as a whole");
  await register(page);
  const path = await predictExample(page);
  await page.goto("/tasks");
  await expect(page.locator("main tbody tr")).toContainText(["Done"]);
  const isPage = (url: URL) => url.pathname === path;
  await page.route(isPage, (route) => route.abort());
  await page.locator(`main a[href="${path}"]`).first().click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.locator(".gauge-number")).toContainText("%");
  await page.unroute(isPage);
  await page.getByRole("alert").getByRole("link").click();
  await expect(page.getByRole("region", { name: "Why this result" })).toBeVisible();
});

test("everybody sees how campaigns did, and looks into one category", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Campaign success rates" }).click();
  await expect(page.locator("h1")).toHaveText("Campaign success rates");
  await page.getByRole("link", { name: "Games", exact: true }).click();
  await expect(page).toHaveURL(/parent=Games$/);
  await expect(page.locator("main table").first()).toContainText("Tabletop Games");
});
