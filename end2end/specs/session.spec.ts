// Signing in and out.

import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";
import { forgetSession, gatherProblems, PASSWORD, predictExample, register, registerByForm } from "../support/visitor.ts";

/** Sign out by the form, and wait until it is done: the next page would cut the request off. */
async function signOut(page: Page): Promise<void> {
  await page.goto("/account");
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Log in" })).toBeVisible();
}

test("somebody signs out, is asked to sign in where an account is needed, and is let in again", async ({ page }) => {
  const problems = gatherProblems(page);
  const email = await registerByForm(page);
  await page.getByRole("banner").getByRole("link", { name: "Account" }).click();
  await expect(page.locator("main")).toContainText(email);
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Log in" })).toBeVisible();

  await page.goto("/tasks");
  await expect(page).toHaveURL(/\/login\?next=\/tasks$/);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("not the password");
  await page.locator("main form").getByRole("button").click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.locator("main form").getByRole("button").click();
  await expect(page).toHaveURL(/\/tasks$/);
  await expect(page.getByRole("banner").getByRole("link", { name: "Account" })).toBeVisible();
  expect(problems.filter((problem) => !problem.includes("401"))).toEqual([]);
});

test("a form that is sent before the page is live comes back with its error, and is live then", async ({ page }, info) => {
  const isLive = info.project.name === "hydrated";
  const email = await registerByForm(page);
  await forgetSession(page);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/login?next=/account");
  let problems: string[] = [];
  const form = page.locator("main form");
  // Not the notice that the page is not live, which stands outside.
  const error = page.locator("main").getByRole("alert");
  for (const password of ["not the password", "not this one either"]) {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(password);
    await form.getByRole("button").click();
    await expect(error).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(email);
    await expect(page.getByLabel("Password")).toHaveValue("");
    await expect(page).toHaveURL(isLive ? /\/login\?next=\/account$/ : /\/api\/auth\/login$/);
    if (password === "not the password") {
      // The page that answers the next try is the first one that can go live.
      await page.unroute("**/*.wasm");
      problems = gatherProblems(page);
    }
  }
  if (isLive) {
    await page.waitForLoadState("networkidle");
    await expect(error).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(email);
  }
  await page.getByLabel("Password").fill(PASSWORD);
  await form.getByRole("button").click();
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.locator("main")).toContainText(email);
  expect(problems.filter((problem) => !problem.includes("401"))).toEqual([]);
});

test("a password is changed, and only the new one opens the account", async ({ page }) => {
  const email = await registerByForm(page);
  await page.goto("/account");
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill("another horse battery");
  await page.locator("#password-form").getByRole("button").click();
  await expect(page.locator("main [role=status]").first()).not.toBeEmpty();
  await signOut(page);
  await page.goto("/login");
  for (const [password, place] of [
    [PASSWORD, /\/login/],
    ["another horse battery", /\/overview$/],
  ] as const) {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.locator("main form").getByRole("button").click();
    await expect(page.getByRole("alert").or(page.locator("h1:has-text('Overview')"))).toBeVisible();
    await expect(page).toHaveURL(place);
  }
});

test("who signs in after somebody else in the same tab sees nothing of theirs", async ({ page }, info) => {
  await registerByForm(page);
  await predictExample(page);
  await page.goto("/tasks");
  await expect(page.locator("main tbody tr")).toHaveCount(1);
  await page.getByRole("banner").getByRole("link", { name: "Predict", exact: true }).click();
  await page.getByLabel("Title").fill("A secret of the first");
  await page.getByLabel("Title").blur();
  await signOut(page);
  await page.goBack();
  await expect(page).toHaveURL(/\/(login|register)/);

  await registerByForm(page);
  await page.goto("/predict");
  await expect(page.locator("#field-country")).toHaveValue("US");
  await expect(page.getByLabel("Title")).toHaveValue("");
  await page.getByRole("banner").getByRole("link", { name: "Predictions" }).click();
  await expect(page.locator("main")).not.toContainText("Little Lanterns");
  await page.goBack();
  await page.goForward();
  await expect(page.locator("main")).not.toContainText("Little Lanterns");
  if (info.project.name === "hydrated") {
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain("secret");
  }
});

test("a draft is shown to nobody else even if its session was ended behind the page's back", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript no draft is kept");
  await registerByForm(page);
  await page.goto("/predict");
  await page.getByLabel("Title").fill("A secret of the first");
  await page.getByLabel("Title").blur();
  await forgetSession(page);
  await register(page);
  await page.goto("/predict");
  await expect(page.locator("#field-country")).toHaveValue("US");
  await page.waitForTimeout(1_000);
  await expect(page.getByLabel("Title")).toHaveValue("");
});

test("another account in one tab is another account in all", async ({ page, context }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript a page changes when it is loaded");
  await registerByForm(page);
  await page.goto("/predict?example=1");
  await expect(page.getByRole("button", { name: /^Predict for/ })).toBeVisible();
  const other = await context.newPage();
  await signOut(other);
  await expect(page).toHaveURL(/\/login/);
  const email = await registerByForm(other);
  await expect(page.getByRole("banner").getByRole("link", { name: "Account" })).toBeVisible();

  // Even where one takes the place of the other at once, and no page has noticed.
  await page.goto("/account");
  await expect(page.locator("main")).toContainText(email);
  await context.clearCookies();
  const newcomer = await register(page);
  // A third tab: the second may be loading anew by itself.
  await (await context.newPage()).goto("/overview");
  await expect(page.locator("main")).toContainText(newcomer);
});

test("password managers can tell which account a password change is for", async ({ page }) => {
  const email = await registerByForm(page);
  await page.goto("/account");
  await expect(page.locator("#password-form input[autocomplete=username]")).toHaveValue(email);
});
