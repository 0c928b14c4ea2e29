// Where somebody is logged in, and two-step login.

import { createHmac } from "node:crypto";

import type { Page } from "@playwright/test";

import { expectGoodLooks } from "../support/looks.ts";
import { expect, test } from "../support/test.ts";
import { keepScreenshot } from "../support/screenshots.ts";
import { expectAccessible, expectNoSidewaysScroll, forgetSession, gatherProblems, PASSWORD, register } from "../support/visitor.ts";

/** The code that an authenticator app shows: RFC 6238. `steps` counts from now, in 30 seconds. */
function codeOf(secret: string, steps = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((it) => alphabet.indexOf(it).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function look(page: Page, project: string, name: string): Promise<void> {
  for (const locale of ["en", "ru"]) {
    await page.request.post("/preferences", { form: { locale } });
    await page.reload();
    await expectGoodLooks(page, project, `${name}-${locale}`);
  }
  await page.request.post("/preferences", { form: { locale: "en" } });
  await page.reload();
}

async function logIn(page: Page, email: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.locator("main form").getByRole("button").click();
}

test("somebody sees where they are logged in and ends the others", async ({ page, browser }, info) => {
  test.setTimeout(120_000);
  const problems = gatherProblems(page);
  const email = await register(page);
  const others = [];
  for (let count = 0; count < 2; count += 1) {
    const other = await browser.newContext();
    await other.request.post("/api/auth/login", { data: { email, password: PASSWORD } });
    others.push(other);
  }
  await page.goto("/account");
  const card = page.locator("section", { hasText: "Where you’re logged in" });
  await expect(card.locator("li")).toHaveCount(3);
  await expect(card.locator("li", { hasText: "This device" })).toHaveCount(1);
  await expect(card.locator("li", { hasText: "This device" }).getByRole("button")).toHaveCount(0);
  await look(page, info.project.name, "sessions");
  await card.getByRole("button", { name: /^Log out ?:/ }).first().click();
  await expect(card.locator("li")).toHaveCount(2);
  await card.getByRole("button", { name: "Log out on all other devices" }).click();
  await expect(card.locator("li")).toHaveCount(1);
  for (const other of others) {
    expect((await other.request.get("/api/auth/me")).status()).toBe(401);
    await other.close();
  }
  expect((await page.request.get("/api/auth/me")).status()).toBe(200);
  expect(problems).toEqual([]);
});

test("two-step login is set up, used, and turned off", async ({ page }, info) => {
  test.setTimeout(180_000);
  const problems = gatherProblems(page);
  const isLive = info.project.name === "hydrated";
  const email = await register(page);
  await page.goto("/account");
  await page.getByRole("link", { name: "Set up two-step login" }).click();
  await expect(page).toHaveURL(/\/account\/second-factor$/);
  await look(page, info.project.name, "second-factor-off");
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  await expect(page.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  await look(page, info.project.name, "second-factor-setup");
  const secret = (await page.locator("code.secret").textContent()) ?? "";
  await page.getByRole("textbox", { name: "Code" }).fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expect(page.locator("code.secret")).toHaveText(secret);
  await page.getByRole("textbox", { name: "Code" }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  const shown = page.locator("#recovery-codes-text");
  await expect(shown).toBeVisible();
  const codes = ((await shown.textContent()) ?? "").trim().split(/\s+/);
  expect(codes).toHaveLength(10);
  await expect(page.getByText("Unused codes: 10 of 10.")).toBeVisible();
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page, isLive);
    await keepScreenshot(page, `${info.project.name}-recovery-codes-${width}`);
  }

  await page.goto("/account");
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Log in" })).toBeVisible();
  await page.goto("/tasks");
  await logIn(page, email);
  await expect(page).toHaveURL(/\/login\/code\?next=/);
  await look(page, info.project.name, "login-code");
  // Nothing else is open yet.
  expect((await page.request.get("/api/auth/me")).status()).toBe(401);
  await page.getByRole("textbox", { name: "Code" }).fill("000000");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  // The code of the set-up is used; clocks may differ by one step.
  await page.getByRole("textbox", { name: "Code" }).fill(codeOf(secret, 1));
  await page.locator("main").getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/tasks$/);

  await forgetSession(page);
  await page.goto("/login");
  await logIn(page, email);
  await expect(page).toHaveURL(/\/login\/code$/);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page).toHaveURL(/[^/]\/$/);
  await page.goto("/login");
  await logIn(page, email);
  await page.getByRole("textbox", { name: "Code" }).fill(codes[0] ?? "");
  await page.locator("main").getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/overview$/);
  await page.goto("/account/confirm?next=%2Faccount%2Fsecond-factor");
  await expect(page.getByRole("textbox", { name: "Code" })).toBeVisible();
  await look(page, info.project.name, "confirm");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("textbox", { name: "Code" }).fill(codes[1] ?? "");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page).toHaveURL(/\/account\/second-factor$/);
  await expect(page.getByText("Unused codes: 8 of 10.")).toBeVisible();
  await page.locator("summary", { hasText: "Turn off two-step login" }).click();
  await page.getByRole("button", { name: "Turn off two-step login" }).click();
  await expect(page.getByRole("button", { name: "Set up", exact: true })).toBeVisible();
  expect(problems.filter((problem) => !/401|422/.test(problem))).toEqual([]);
});

test("the page that asks for the password again leads back", async ({ page }) => {
  await register(page);
  await page.goto("/account/confirm?next=%2Faccount%2Fkeys");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page).toHaveURL(/\/account\/keys$/);
});
