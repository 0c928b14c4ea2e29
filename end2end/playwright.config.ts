// How the browser tests run: every spec twice, with the client bundle and with JavaScript off.
// `cargo xtask test` starts the server and passes BASE_URL and CHROMIUM_PATH.

import { defineConfig, devices } from "@playwright/test";

const chromium = {
  ...devices["Desktop Chrome"],
  launchOptions: {
    executablePath: process.env["CHROMIUM_PATH"],
    args: [
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-gpu",
      "--disable-quic",
      "--disable-sync",
      "--no-first-run",
      // Chromium refuses its sandbox to root, which is who runs in containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  },
};

export default defineConfig({
  testDir: "./specs",
  outputDir: "./artefacts/results",
  globalSetup: "./support/global-setup.ts",
  fullyParallel: true,
  forbidOnly: true,
  // A test that passes only at the second try is a failure to look into.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["html", { open: "never", outputFolder: "artefacts/report" }]],
  use: {
    baseURL: process.env["BASE_URL"],
    screenshot: "only-on-failure",
    // The film of a trace takes a fifth of the time of all tests; its snapshots of documents show as much.
    trace: { mode: "retain-on-failure", screenshots: false },
    locale: "en-US",
    timezoneId: "UTC",
  },
  projects: [
    { name: "hydrated", use: chromium },
    { name: "no-js", use: { ...chromium, javaScriptEnabled: false } },
  ],
});
