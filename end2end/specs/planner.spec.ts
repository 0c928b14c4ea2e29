// The launch planner: a plan that follows what one types, or a press of the button without JavaScript. Its URL holds it.

import type { Locator, Page } from "@playwright/test";

import { keepScreenshot } from "../support/screenshots.ts";
import { expect, test } from "../support/test.ts";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  gatherProblems,
  predictExample,
  register,
  waitForResult,
} from "../support/visitor.ts";

const EXAMPLE = "/plan?goal=10000&category=Games&subscribers=1000&followers=400&social_followers=2100";

function field(page: Page, name: string): Locator {
  return page.locator(`#field-${name}`);
}

function conclusion(page: Page): Locator {
  return page.locator("#plan-result").getByRole("status");
}

/** Open a page, and wait until it is live if it will be. */
async function open(page: Page, isLive: boolean, path: string): Promise<void> {
  await page.goto(path);
  if (isLive) {
    await page.waitForLoadState("networkidle");
  }
}

/** Fill some fields; without JavaScript the answer comes by pressing the button. */
async function fill(page: Page, isLive: boolean, values: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await field(page, name).fill(value);
  }
  if (!isLive) {
    await page.getByRole("button", { name: "Calculate" }).click();
  }
}

test("a plan is found from the home page, follows its form, and is the same after a reload", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  const problems = gatherProblems(page);
  await open(page, isLive, "/");
  await page.getByRole("link", { name: "Open the launch planner" }).click();
  await expect(page).toHaveURL(/\/plan$/);
  await expect(conclusion(page)).toHaveText("Enter your goal to see the plan.");
  await field(page, "category").selectOption("Games");
  const visits = await page.evaluate(() => history.length);
  await fill(page, isLive, { goal: "$10,000", subscribers: "1,000", followers: "400", social_followers: "2100" });
  const expectPlan = async () => {
    await expect(conclusion(page)).toContainText("at the expected rates, you’re 44 backers ($2,680) short");
    await expect(page.locator(".figure-number")).toHaveText("164");
    await expect(page.locator(".plan-table")).toContainText("60 (15%)");
  };
  await expectPlan();
  await expect(page).toHaveURL(/goal=%2410%2C000&/);
  await expect(page).toHaveURL(/social_followers=2100&/);
  if (isLive) {
    // The URL is replaced, so "back" leaves the planner.
    expect(await page.evaluate(() => history.length)).toBe(visits);
  }
  await page.reload();
  await expectPlan();
  await expect(field(page, "goal")).toHaveValue("$10,000");
  await expect(field(page, "category")).toHaveValue("Games");
  await expect(page.getByText("has no effect on any score")).toBeVisible();
  expect(problems).toEqual([]);
});

test("a wrong value is marked, the others stay, and the plan comes back with a right one", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  await open(page, isLive, EXAMPLE);
  await expect(conclusion(page)).toContainText("44 backers");
  await field(page, "follower_rate").fill("150");
  if (isLive) {
    // Nothing is marked while one types.
    await expect(field(page, "follower_rate")).not.toHaveAttribute("aria-invalid", "true");
    await field(page, "follower_rate").blur();
  } else {
    await page.getByRole("button", { name: "Calculate" }).click();
  }
  await expect(field(page, "follower_rate")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#field-follower_rate-error")).toContainText("from 0 to 100");
  await expect(conclusion(page)).toContainText("Fix the highlighted fields");
  await expect(page).toHaveURL(/follower_rate=150/);
  const answer = await page.reload();
  expect(answer?.status()).toBe(422);
  await expect(field(page, "follower_rate")).toHaveValue("150");
  await expect(field(page, "subscribers")).toHaveValue("1000");
  await expect(page.getByRole("alert").getByRole("link", { name: /Followers who pledge/ })).toBeVisible();
  await expectAccessible(page, isLive);
  await fill(page, isLive, { follower_rate: "20" });
  await expect(field(page, "follower_rate")).not.toHaveAttribute("aria-invalid", "true");
  await expect(conclusion(page)).toContainText("24 backers");
});

test("a currency that does not exist stays marked until another one is chosen", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  await open(page, isLive, "/plan?goal=8000&currency=XYZ");
  await expect(field(page, "currency")).toHaveAttribute("aria-invalid", "true");
  await expect(conclusion(page)).toContainText("Fix the highlighted fields");
  await field(page, "currency").selectOption("USD");
  if (!isLive) {
    await page.getByRole("button", { name: "Calculate" }).click();
  }
  await expect(page.locator(".figure-number")).toHaveText("122");
});

test("the button marks a goal that is missing, and moves the focus to what there is to read", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript the server answers");
  await open(page, true, "/plan");
  await page.getByRole("button", { name: "Calculate" }).click();
  await expect(page.locator("#form-errors")).toBeFocused();
  await expect(field(page, "goal")).toHaveAttribute("aria-invalid", "true");
  await field(page, "goal").fill("5000");
  await page.getByRole("button", { name: "Calculate" }).click();
  await expect(page.locator("#plan-result")).toBeFocused();
});

test("a link to the empty planner empties the form, and the back button fills it again", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await open(page, info.project.name === "hydrated", EXAMPLE);
  await expect(conclusion(page)).toContainText("44 backers");
  await page.getByRole("contentinfo").getByRole("link", { name: "Launch planner" }).click();
  await expect(page).toHaveURL(/\/plan$/);
  await expect(field(page, "goal")).toHaveValue("");
  await expect(field(page, "subscriber_rate")).toHaveValue("5");
  await expect(conclusion(page)).toHaveText("Enter your goal to see the plan.");
  await page.goBack();
  await expect(field(page, "goal")).toHaveValue("10000");
  await expect(conclusion(page)).toContainText("44 backers");
  expect(problems).toEqual([]);
});

test("the typical pledge is shown in dollars, and must be entered in another currency", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  await open(page, isLive, "/plan?goal=8000&category=Technology");
  await expect(page.locator("#planner")).toContainText("the median is $116");
  await expect(page.locator(".figure-number")).toHaveText("69");
  await field(page, "currency").selectOption("EUR");
  if (!isLive) {
    await page.getByRole("button", { name: "Calculate" }).click();
  }
  await expect(page.locator("#planner")).toContainText("in US dollars. We don’t convert it.");
  await expect(field(page, "average_pledge")).toHaveAttribute("aria-invalid", "true");
  await fill(page, isLive, { average_pledge: "100" });
  await expect(page.locator(".figure-number")).toHaveText("80");
  await expect(page.locator("#plan-result")).toContainText("8,000 EUR");
});

test("in Russian numbers are read in Russian notation, and the plan survives a switch of language", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  await page.goto("/plan");
  await page.context().addCookies([{ name: "locale", value: "ru", url: page.url() }]);
  await page.goto("/plan");
  await expect(page.locator("h1")).toHaveText("Планировщик запуска");
  await expect(field(page, "social_rate")).toHaveValue("0,5");
  await field(page, "goal").fill("10 000,00");
  await field(page, "followers").fill("400");
  if (!isLive) {
    await page.getByRole("button", { name: "Рассчитать" }).click();
  }
  await expect(page.locator(".figure-number")).toHaveText("152");
  await expect(conclusion(page)).toContainText(/недостаёт 92\s?спонсоров/);
  await expect(page.locator("main")).not.toContainText("undefined");
  await expect(page).toHaveURL(/followers=400/);
  await page.locator("details.preferences summary").click();
  await page.locator("details.preferences").getByRole("button", { name: "English", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator(".figure-number")).toHaveText("152");
  await expect(field(page, "goal")).toHaveValue("10000.00");
});

test("a plan holds together on a small phone", async ({ page }, info) => {
  await page.goto("/plan?goal=9876543210&average_pledge=1&subscribers=99999999&followers=400&backer_cost=3.5");
  await page.setViewportSize({ width: 320, height: 800 });
  await expectNoSidewaysScroll(page);
  await expectAccessible(page, info.project.name === "hydrated");
  await keepScreenshot(page, `${info.project.name}-plan-large-320`);
});

test("a plan prints on one page, with the assumptions as text and nothing that can only be pressed", async ({ page }, info) => {
  await page.goto(EXAMPLE);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.locator("header nav").first()).toBeHidden();
  await expect(page.locator("footer")).toBeHidden();
  await expect(field(page, "goal")).toBeVisible();
  await expect(field(page, "goal")).toHaveCSS("border-top-width", "0px");
  await expect(page.locator(".plan-table")).toBeVisible();
  for (const button of await page.locator(".button").all()) {
    await expect(button).toBeHidden();
  }
  await keepScreenshot(page, `${info.project.name}-plan-print`);
  const pdf = await page.pdf({ format: "A4", path: `artefacts/screenshots/${info.project.name}-plan.pdf` });
  expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
});

test("a result leads to its plan, and a plan to a prediction", async ({ page }, info) => {
  const problems = gatherProblems(page);
  await register(page);
  await predictExample(page);
  await waitForResult(page, info.project.name === "hydrated");
  const card = page.getByRole("region", { name: "Backers needed" });
  await expect(card).toContainText("takes 132 backers");
  await card.getByRole("link", { name: "Plan the money for this campaign" }).click();
  await expect(page).toHaveURL(/\/plan\?goal=8000&currency=USD&category=Games$/);
  await expect(page.locator(".figure-number")).toHaveText("132");
  await page.getByRole("link", { name: "Predict this campaign" }).click();
  await expect(page).toHaveURL(/\/predict\?defaults=1&usd_goal=8000&currency=USD&analytics_name=Games/);
  await expect(page.getByLabel("Goal in US dollars")).toHaveValue("8000");
  await expect(page.locator("#field-analytics_name")).toHaveValue("Games");
  await expect(page.locator("#field-country")).toHaveValue("US");
  await expect(page.locator("#field-launched_at")).not.toHaveValue("");
  expect(problems).toEqual([]);
});
