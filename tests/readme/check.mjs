// Runs the operations of README.md against a fresh demonstration server and compares the answers to the letter.
//
// usage: node tests/readme/check.mjs --url http://127.0.0.1:8000/ [--update]
//
// An operation is a ```graphql block; a ```json block right behind it is its answer (what stands under "data").
// The first line of a block may name the key that it is sent with: # key: sb_demo_manage
// With --update the answers are written anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { url: { type: 'string' }, update: { type: 'boolean', default: false } } });
if (!values.url) {
  console.error('usage: node tests/readme/check.mjs --url http://127.0.0.1:8000/ [--update]');
  process.exit(2);
}
const file = new URL('../../README.md', import.meta.url);
let readme = readFileSync(file, 'utf8');
const block = /```graphql\n([\s\S]*?)```(\s*)```json\n([\s\S]*?)```/g;

async function ask(query) {
  const key = /# key: (\S+)/.exec(query)?.[1] ?? 'sb_demo_viewer';
  const response = await fetch(new URL('graphql', values.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(20_000),
  });
  return response.json();
}

/** JSON for people: what fits on a line stays on it. */
function pretty(value, indent = '') {
  const line = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ').replace(/([{[]) | (?=[}\]])/g, '$1');
  if (line.length + indent.length <= 112 || value === null || typeof value !== 'object') return line;
  const deeper = `${indent}  `;
  const [open, close, parts] = Array.isArray(value)
    ? ['[', ']', value.map((item) => pretty(item, deeper))]
    : ['{', '}', Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pretty(item, deeper)}`)];
  return `${open}\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}${close}`;
}

let passed = 0;
let failed = 0;
const replacements = [];
for (const [whole, query, space, written] of readme.matchAll(block)) {
  const name = /(?:query|mutation|subscription)\s+(\w+)/.exec(query)?.[1] ?? 'an operation without a name';
  const answer = await ask(query);
  if (answer.errors) {
    console.log(`FAIL ${name}: ${JSON.stringify(answer.errors)}`);
    failed += 1;
    continue;
  }
  const real = pretty(answer.data);
  replacements.push([whole, `\`\`\`graphql\n${query}\`\`\`${space}\`\`\`json\n${real}\n\`\`\``]);
  if (values.update || real === written.trimEnd()) {
    console.log(`PASS ${name}`);
    passed += 1;
  } else {
    console.log(`FAIL ${name}: the answer is\n${real}`);
    failed += 1;
  }
}
if (values.update) {
  for (const [old, fresh] of replacements) readme = readme.replace(old, () => fresh);
  writeFileSync(file, readme);
}
if (passed + failed === 0) {
  console.log('FAIL README.md has no operation with an answer');
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
