// Run every suite against one server: node run-all.mjs --url URL [--ws URL] [--token T] [--subscription DOC] [--skip a,b] [--quiet]
// fuzz runs hooks.py's contract check; --builtin runs schemathesis' own checks instead. --strict makes SHOULD/MAY failures fail the run too.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { options } from './lib.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opts = options({ subscription: { type: 'string' }, events: { type: 'string' }, examples: { type: 'string' }, skip: { type: 'string', default: '' }, builtin: { type: 'boolean', default: false }, quiet: { type: 'boolean', default: false }, strict: { type: 'boolean', default: false } });
const py = [join(here, '.venv/bin/python'), process.env.PYTHON, 'python3'].find((p) => p && (p === 'python3' || existsSync(p)));
const base = ['--url', opts.url, ...(opts.token ? ['--token', opts.token] : []), ...(opts.strict ? ['--strict'] : [])];
const suites = {
  http: ['node', 'http-audit.mjs', ...base], spec: ['node', 'spec-oracle.mjs', ...base],
  ws: ['node', 'ws-roundtrip.mjs', ...base, '--ws', opts.ws, ...(opts.subscription ? ['--subscription', opts.subscription] : []), ...(opts.events ? ['--events', opts.events] : [])],
  lint: ['node', 'schema-lint.mjs', ...base], abuse: ['node', 'abuse.mjs', ...base], fuzz: [py, 'fuzz.py', ...base, ...(opts.builtin ? [] : ['--contract']), ...(opts.examples ? ['--examples', opts.examples] : [])],
};
let p = 0, f = 0, rc = 0; const rows = [];
for (const [name, [cmd, script, ...args]] of Object.entries(suites)) {
  if (opts.skip.split(',').includes(name)) continue;
  console.log(`\n== ${name}`);
  const t = Date.now();
  const r = spawnSync(cmd, [join(here, script), ...args], { encoding: 'utf8', timeout: 600_000, maxBuffer: 64 * 1024 * 1024 });
  const out = (r.stdout ?? '') + (r.stderr ?? '');
  console.log(opts.quiet ? out.split('\n').filter((l) => !l.startsWith('PASS')).join('\n') : out);
  const m = [...out.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  const [a, b] = m ? [Number(m[1]), Number(m[2])] : [0, 1];
  p += a; f += b; if (r.status !== 0) rc = 1; // null: stopped by the time-out or a signal
  rows.push(`${name.padEnd(6)} ${String(a).padStart(4)} PASS ${String(b).padStart(4)} FAIL  exit ${r.status}  ${((Date.now() - t) / 1000).toFixed(1)} s`);
}
console.log('\n' + rows.join('\n'));
console.log(`${p} passed, ${f} failed`);
process.exitCode = rc;
