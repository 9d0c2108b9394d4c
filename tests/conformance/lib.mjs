// Shared helpers: argument parsing, fetch with optional bearer token, PASS/FAIL counters.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

// { suite: { check: reason } }: failures that are known and explained. One that passes after all is a failure, so that the list stays true.
const exceptions = JSON.parse(readFileSync(new URL('exceptions.json', import.meta.url), 'utf8'));

export function options(extra = {}) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: process.env.GQL_URL ?? 'http://127.0.0.1:4701/graphql' },
      ws: { type: 'string', default: process.env.GQL_WS },
      token: { type: 'string', default: process.env.GQL_TOKEN },
      json: { type: 'boolean', default: false },
      ...extra,
    },
    allowPositionals: true,
  });
  values.ws ??= values.url.replace(/^http/, 'ws') + '/ws';
  return values;
}

export function authHeaders(token) {
  return token ? { authorization: `Bearer ${token}` } : {};
}

// A fetch that adds the bearer token without touching the other headers the suite sets.
export function authFetch(token) {
  return (url, init = {}) => {
    const headers = new Headers(init.headers ?? {});
    if (token && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    return fetch(url, { ...init, headers, signal: init.signal ?? AbortSignal.timeout(15_000) });
  };
}

export async function gql(opts, body, headers = {}) {
  const res = await authFetch(opts.token)(opts.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9', ...headers },
    body: JSON.stringify(body),
  });
  const text = await res.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: res.status, type: res.headers.get('content-type') ?? '', headers: res.headers, text, json };
}

export class Report {
  constructor(suite) { this.suite = suite; this.rows = []; this.known = []; }
  add(ok, name, detail = '', level = 'MUST') {
    const reason = exceptions[this.suite]?.[name];
    if (reason && ok) this.rows.push({ ok: false, name, detail: 'passes: take it out of exceptions.json', level: 'MUST' });
    else if (reason) this.known.push(`KNOWN [${level}] ${name} -- ${reason}`);
    else this.rows.push({ ok: !!ok, name, detail, level });
    return !!ok;
  }
  get passed() { return this.rows.filter((r) => r.ok).length; }
  get failed() { return this.rows.length - this.passed; }
  print() {
    for (const line of this.known) console.log(line);
    for (const r of this.rows) console.log(`${r.ok ? 'PASS' : 'FAIL'} [${r.level}] ${r.name}${r.ok || !r.detail ? '' : ' -- ' + String(r.detail).slice(0, 300)}`);
    const byLevel = {};
    for (const r of this.rows) { byLevel[r.level] ??= [0, 0]; byLevel[r.level][r.ok ? 0 : 1]++; }
    console.log(`# ${this.suite}: ` + Object.entries(byLevel).map(([l, [p, f]]) => `${l} ${p} PASS ${f} FAIL`).join(', '));
    console.log(`${this.passed} passed, ${this.failed} failed`);
  }
  // Exit code: only MUST-level failures fail the run, unless --strict.
  exitCode(strict) { return this.rows.some((r) => !r.ok && (strict || r.level === 'MUST')) ? 1 : 0; }
}
