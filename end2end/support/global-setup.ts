// Before any spec: the server under test must be there and ready, or one line says what is missing.

const READY_LIMIT_MS = 5_000;

export default async function globalSetup(): Promise<void> {
  const baseUrl = process.env["BASE_URL"];
  if (baseUrl === undefined || baseUrl === "") {
    throw new Error("BASE_URL is not set: run the browser tests by `cargo xtask test --only browser`");
  }
  const answer = await fetch(new URL("/health/ready", baseUrl), { signal: AbortSignal.timeout(READY_LIMIT_MS) });
  if (!answer.ok) {
    throw new Error(`the server at ${baseUrl} is not ready: it answers ${answer.status}`);
  }
}
