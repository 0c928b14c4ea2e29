// How the pages are measured: one browser, one page at a time. `cargo xtask bench pages` starts the server.

import { defineConfig } from "@playwright/test";

import tests from "./playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: "./bench",
  testMatch: "*.bench.ts",
  fullyParallel: false,
  workers: 1,
  timeout: 300_000,
  reporter: [["line"]],
  // Both look through the whole page at every step, which is not to be measured.
  use: { ...tests.use, screenshot: "off", trace: "off" },
  projects: tests.projects?.filter((project) => project.name === "hydrated") ?? [],
});
