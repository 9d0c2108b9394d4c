// A browser that can reach one origin only, and a list of checks.
import { chromium } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Without these Chromium looks for updates and hosts of its maker by itself.
const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const WAIT = 30_000;

/** Opens a page in a fresh profile and records what it asks for and complains about. */
export async function openPage(origin) {
  const profile = mkdtempSync(join(tmpdir(), 'switchboard-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    // Chromium's own sandbox does not start as root.
    chromiumSandbox: process.getuid?.() !== 0,
    // Whatever slips past the routes below still finds no host.
    args: [...QUIET, `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(origin).hostname}`],
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  });
  const outside = [];
  const complaints = [];
  const sockets = [];
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (new URL(url).origin === origin) return route.continue();
    outside.push(url);
    return route.abort();
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(WAIT);
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) outside.push(socket.url());
    const frames = { received: [], closed: false };
    sockets.push(frames);
    socket.on('framereceived', ({ payload }) => frames.received.push(JSON.parse(String(payload))));
    socket.on('close', () => (frames.closed = true));
  });
  async function close() {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
  return { page, outside, complaints, sockets, close };
}

/** Runs named checks one after the other; each fails by throwing, and says whether it passed. */
export class Checks {
  passed = 0;
  failed = 0;

  async run(name, check) {
    try {
      await check();
      this.passed += 1;
      console.log(`PASS ${name}`);
      return true;
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL ${name} -- ${String(error.message ?? error).split('\n').slice(0, 6).join(' | ')}`);
      return false;
    }
  }

  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed === 0 ? 0 : 1;
  }
}

/** Waits until `probe` gives something truthy, asking again and again; `what` names it in the failure. */
export async function until(what, probe, pause = 100) {
  const deadline = Date.now() + WAIT;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`never saw ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The next answer of the API to something other than the editor's own introspection. */
export async function answerTo(page, act) {
  const isAnswer = (response) =>
    new URL(response.url()).pathname.endsWith('/graphql') && !response.request().postData()?.includes('__schema');
  const [response] = await Promise.all([page.waitForResponse(isAnswer), act()]);
  return response.json();
}
