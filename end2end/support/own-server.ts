// A server of a test's own, for what the shared one must not do.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "./test.ts";

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** A server on the same port and data each time it is started. */
export class OwnServer {
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "pledgecast-own-"));
  #process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    readonly settings: Record<string, string> = {},
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const settings = {
      PLEDGECAST_ADDRESS: `127.0.0.1:${this.port}`,
      PLEDGECAST_DATA_DIR: join(this.#folder, "data"),
      PLEDGECAST_TOP_UPS: "demonstration",
      ...this.settings,
    };
    const process_ = spawn(process.env["PLEDGECAST_BIN"]!, ["serve"], {
      cwd: this.#folder,
      env: { PATH: process.env["PATH"], ...settings },
      stdio: "ignore",
    });
    this.#process = process_;
    await expect(async () => {
      expect((await fetch(`${this.url}/health/ready`)).ok).toBe(true);
    }).toPass({ timeout: 30_000 });
  }

  /** Run a command of the operator; returns what it printed. */
  run(...command: string[]): string {
    const env = { PATH: process.env["PATH"], PLEDGECAST_DATA_DIR: join(this.#folder, "data") };
    return execFileSync(process.env["PLEDGECAST_BIN"]!, command, { env, encoding: "utf8" });
  }

  async kill(): Promise<void> {
    const process_ = this.#process;
    this.#process = undefined;
    if (process_ === undefined) {
      return;
    }
    const gone = new Promise((resolve) => process_.once("exit", resolve));
    process_.kill("SIGKILL");
    await gone;
  }

  async clear(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
