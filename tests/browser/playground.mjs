// Drives the playground in headless Chromium, with every request to another origin refused and counted.
// usage: playground.mjs --url http://127.0.0.1:8000/ --key KEY [--screenshot FILE] [--expect full|plain]
// KEY must be allowed to read and to change numbers.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { changeNumber } from '../conformance/events.mjs';
import { answerTo, Checks, openPage, until } from './harness.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8000/' },
    key: { type: 'string' },
    screenshot: { type: 'string' },
    expect: { type: 'string', default: 'full' },
  },
});
const origin = new URL(options.url).origin;
const api = new URL('graphql', options.url).href;
const checks = new Checks();
const { page, outside, complaints, sockets, close } = await openPage(origin);

const config = () => page.evaluate(() => JSON.parse(document.getElementById('switchboard-config').textContent));
const operationName = (example) => /^(?:query|mutation|subscription) (\w+)/m.exec(example.query)[1];

function assertData(answer) {
  assert.ok(answer.data, `no data: ${JSON.stringify(answer).slice(0, 300)}`);
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
}

async function checkPlayground() {
  const { examples, demoKey } = await config();
  const status = page.locator('.status');
  const response = page.locator('.graphiql-response');
  const tab = (example) => page.getByRole('tab').filter({ hasText: operationName(example) });
  const open = (example) => tab(example).getByRole('button', { name: operationName(example) }).click();
  const inFront = async (example) => (await tab(example).getAttribute('aria-selected')) === 'true';

  await checks.run('the API key field is on the page', async () => {
    assert.equal(await page.getByLabel('API key').inputValue(), demoKey ?? '');
    await page.getByLabel('API key').fill(options.key);
    await page.getByRole('button', { name: 'Use key' }).click();
  });
  const loaded = await checks.run('the schema is loaded with the key', () =>
    until('the schema', async () => (await status.getAttribute('data-state')) === 'ready'),
  );
  if (!loaded) {
    // Nothing below can work without it; what the browser says is the best hint at the reason.
    for (const complaint of complaints) console.log(`# browser: ${complaint}`);
    return;
  }
  await checks.run('every example has a tab', async () => {
    for (const example of examples) await tab(example).waitFor();
  });
  await checks.run('the first example answers by the keyboard', async () => {
    const editor = page.locator('.graphiql-query-editor .monaco-editor').first();
    await until('the example in the editor', async () => (await editor.textContent()).includes(operationName(examples[0])));
    await editor.getByRole('textbox').focus();
    assertData(await answerTo(page, () => page.keyboard.press('Control+Enter')));
    await until('the result on the page', async () => (await response.textContent()).includes('"data"'));
    assert.ok(!(await response.textContent()).includes('"errors"'));
  });
  await checks.run('the documentation opens from the schema', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Root Types').waitFor();
    await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
    await page.locator('.graphiql-doc-explorer').getByText('availableNumbers').first().waitFor();
  });
  if (options.screenshot) await page.screenshot({ path: options.screenshot });
  await checks.run('the list of examples brings its tab to the front', async () => {
    await page.getByRole('button', { name: 'Show Examples' }).click();
    const second = examples[1];
    await page.locator('.examples').getByRole('button', { name: second.name }).click();
    await until('its tab in front', () => inFront(second));
  });
  await checks.run('a subscription connects and shows an event', async () => {
    await open(examples.find(({ query }) => /^subscription/m.test(query)));
    await page.getByRole('button', { name: /Execute/ }).click();
    await until('an acknowledged connection', () => sockets.some(({ received }) => received.some(({ type }) => type === 'connection_ack')));
    const arrived = () => sockets.flatMap(({ received }) => received).find(({ type }) => type === 'next' || type === 'error');
    const message = await until('an event', async () => {
      await changeNumber({ url: api, key: options.key });
      return arrived();
    }, 300);
    assert.equal(message.type, 'next', JSON.stringify(message));
    assertData(message.payload);
    await until('the event on the page', async () => (await response.textContent()).includes('"data"'));
    await page.getByRole('button', { name: /Stop/ }).click();
  });
  await checks.run('the editor checks a query against the schema', async () => {
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.locator('.graphiql-query-editor').getByRole('textbox').focus();
    await page.keyboard.type('{ thisFieldIsNotThere ');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor({ state: 'attached' });
  });
  await checks.run('the browser reports no error', () => assert.deepEqual(complaints, []));
  await checks.run('a key that the server refuses is said to be refused', async () => {
    await page.getByLabel('API key').fill('sb_live_not_a_key');
    await page.getByRole('button', { name: 'Use key' }).click();
    await until('the refusal', async () => (await status.getAttribute('data-state')) === 'failed');
  });
}

async function checkPlainConsole() {
  await checks.run('the plain console runs its first example', async () => {
    await page.getByLabel('API key').fill(options.key);
    assertData(await answerTo(page, () => page.getByRole('button', { name: 'Run' }).click()));
    await until('the result on the page', async () => (await page.locator('#result').textContent()).includes('"data"'));
  });
  await checks.run('the plain console says how to get the full playground', () => page.getByText('Node.js').waitFor());
  if (options.screenshot) await page.screenshot({ path: options.screenshot });
  await checks.run('the browser reports no error', () => assert.deepEqual(complaints, []));
}

try {
  const opened = await checks.run('the page opens', async () => {
    const answer = await page.goto(options.url);
    assert.equal(answer.status(), 200);
    assert.ok(answer.headers()['content-security-policy'], 'no Content-Security-Policy');
    assert.ok(await page.title());
  });
  if (opened) await (options.expect === 'plain' ? checkPlainConsole() : checkPlayground());
  await checks.run('nothing outside this server was asked for', () => assert.deepEqual(outside, []));
} finally {
  await close();
}
checks.finish();
