// What is measured in the browser, not tested: the same Chromium as for the specs, one thing at a time.

import { defineConfig } from "@playwright/test";

import tests from "./playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: "./bench",
  testMatch: "**/*.bench.ts",
  fullyParallel: false,
  workers: 1,
  timeout: 600_000,
  reporter: [["list"]],
  projects: (tests.projects ?? []).filter((project) => project.name === "hydrated"),
});
