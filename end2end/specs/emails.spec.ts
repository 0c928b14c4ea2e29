// A forgotten password and an address to confirm, with the links in emails; the strength of a new password.

import { MailServer } from "../support/mail-server.ts";
import { freePort, OwnServer } from "../support/own-server.ts";
import { expect, test } from "../support/test.ts";
import { expectAccessible, forgetSession, gatherProblems, PASSWORD, register } from "../support/visitor.ts";

const NEW_PASSWORD = "four words nobody guesses";

test("somebody forgets the password, opens the link in the email, sets a new one and is signed in", async ({ browser }, info) => {
  test.slow();
  const isLive = info.project.name === "hydrated";
  const mail = await MailServer.start();
  const port = await freePort();
  const server = new OwnServer(port, {
    PLEDGECAST_SMTP_URL: mail.url,
    PLEDGECAST_MAIL_FROM: "Pledgecast <noreply@pledgecast.example>",
    PLEDGECAST_PUBLIC_URL: `http://127.0.0.1:${port}`,
  });
  try {
    await server.start();
    const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: isLive });
    const page = await context.newPage();
    const problems = gatherProblems(page);
    const email = await register(page);

    await page.goto("/account");
    await expect(page.locator("main")).toContainText("isn’t confirmed yet");
    await page.goto(await mail.link(email, "/verify-email"));
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect(page.locator("main")).toContainText("Your email is confirmed.");
    await page.goto("/account");
    await page.getByLabel("Balance limit, in credits").fill("50");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.locator("main")).toContainText("Saved.");
    await expect(page.locator("main")).not.toContainText("isn’t confirmed yet");
    await expectAccessible(page, isLive);

    await forgetSession(page);
    await page.goto("/login");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email").fill(email.toUpperCase());
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.locator("main")).toContainText("a link is on its way");
    const link = await mail.link(email, "/reset-password");
    await page.goto(link);
    await page.getByLabel("New password").fill("password1234");
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByRole("alert")).toContainText("many people use");
    await expectAccessible(page, isLive);
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page).toHaveURL(/\/overview$/);
    await page.goto("/account");
    await expect(page.locator("main")).toContainText(email);

    await page.goto(link);
    await expect(page.getByRole("alert")).toContainText("already used");
    await forgetSession(page);
    for (const [password, url] of [
      [PASSWORD, /\/login/],
      [NEW_PASSWORD, /\/overview$/],
    ] as const) {
      await page.goto("/login");
      await page.getByLabel("Email").fill(email);
      await page.getByLabel("Password").fill(password);
      await page.locator("main form").getByRole("button").click();
      await expect(page).toHaveURL(url);
    }
    expect(problems.filter((problem) => !/401|422/.test(problem))).toEqual([]);
    await context.close();
  } finally {
    mail.stop();
    await server.clear();
  }
});

test("the strength of a new password is shown while it is typed", async ({ page }, info) => {
  test.skip(info.project.name !== "hydrated", "without JavaScript the rules are checked when the form is sent");
  const problems = gatherProblems(page);
  await page.goto("/register");
  const strength = page.locator(".strength");
  for (const [password, words] of [
    ["short", "Use at least 12 characters."],
    ["password1234", "many people use"],
    [NEW_PASSWORD, "Strength: strong"],
  ] as const) {
    await page.getByLabel("Password").fill(password);
    await expect(strength).toContainText(words);
  }
  await expectAccessible(page, true);
  await page.getByLabel("Password").fill("");
  await expect(strength).toBeEmpty();
  expect(problems).toEqual([]);
});
