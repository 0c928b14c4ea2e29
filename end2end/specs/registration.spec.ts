// An account by invitation, and none where the operator creates all accounts.

import { expectGoodLooks } from "../support/looks.ts";
import { freePort, OwnServer } from "../support/own-server.ts";
import { expect, test } from "../support/test.ts";
import { gatherProblems, PASSWORD } from "../support/visitor.ts";

test("an invited newcomer opens the link, creates an account, and learns how to get credits", async ({ browser }, info) => {
  test.slow();
  const javaScriptEnabled = info.project.name === "hydrated";
  const server = new OwnServer(await freePort(), { PLEDGECAST_REGISTRATION: "invitation", PLEDGECAST_TOP_UPS: "off" });
  try {
    await server.start();
    const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled });
    const page = await context.newPage();
    const problems = gatherProblems(page);
    const code = /invitation ([0-9A-Z-]+),/.exec(server.run("user", "invite"))?.[1] ?? "";

    await page.goto("/");
    await expect(page.getByRole("link", { name: "Log in" }).first()).toBeVisible();
    await expect(page.locator('a[href="/register"]')).toHaveCount(0);
    await page.goto("/register?lang=ru");
    await expectGoodLooks(page, info.project.name, "registration-by-invitation-ru");
    await page.goto(`/register?invitation=${code}`);
    await expect(page.getByLabel("Invitation code")).toHaveValue(code);
    await page.getByLabel("Invitation code").fill("00000-00000-00000-00000-000000");
    await page.getByLabel("Email").fill("ada@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.locator("main form").getByRole("button").click();
    await expect(page.getByRole("alert").first()).toContainText("Invitation code");
    await expect(page.getByLabel("Email")).toHaveValue("ada@example.org");
    await page.getByLabel("Invitation code").fill(code.toLowerCase());
    await page.getByLabel("Password").fill(PASSWORD);
    await page.locator("main form").getByRole("button").click();
    await expect(page).toHaveURL(/\/overview$/);
    await expect(page.locator("main")).toContainText("Ask the operator of this service");
    await expectGoodLooks(page, info.project.name, "overview-without-top-ups");
    expect(problems.filter((problem) => !problem.includes("422"))).toEqual([]);
    await context.close();
  } finally {
    await server.clear();
  }
});

test("where the operator creates all accounts the page says so", async ({ browser }, info) => {
  test.slow();
  const javaScriptEnabled = info.project.name === "hydrated";
  const server = new OwnServer(await freePort(), { PLEDGECAST_REGISTRATION: "closed" });
  try {
    await server.start();
    const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled });
    const page = await context.newPage();
    await page.goto("/register");
    await expect(page.locator("main")).toContainText("Only the operator of this service can create accounts");
    await expect(page.locator("main form")).toHaveCount(0);
    await expectGoodLooks(page, info.project.name, "registration-closed");
    await context.close();
  } finally {
    await server.clear();
  }
});
