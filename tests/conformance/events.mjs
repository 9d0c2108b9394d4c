// Makes number events: labels one number again and again, so that a subscription has something to say.
// usage: events.mjs --url http://127.0.0.1:8000/graphql --token KEY [--every MILLISECONDS] [--for SECONDS]
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

async function call({ url, key }, query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(10_000),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`HTTP ${response.status}: ${JSON.stringify(errors)}`);
  return data;
}

const FIND = 'query FindNumber { numbers(first: 1, filter: { status: [ACTIVE] }) { nodes { id } } }';
const TAG = `mutation TagNumber($input: UpdateNumberInput!) {
  updateNumber(input: $input) { number { id } userErrors { code message path } }
}`;

/** Labels the first number in service that the key sees; fails when the server refuses. */
export async function changeNumber(server) {
  const [number] = (await call(server, FIND)).numbers.nodes;
  if (!number) throw new Error('the key sees no number to change');
  const input = { numberId: number.id, tags: [`changed ${Date.now()}`] };
  const { userErrors } = (await call(server, TAG, { input })).updateNumber;
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
}

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8000/graphql' },
      token: { type: 'string' },
      every: { type: 'string', default: '300' },
      for: { type: 'string', default: '900' },
    },
  });
  const end = Date.now() + Number(values.for) * 1000;
  let complaint;
  while (Date.now() < end) {
    try {
      await changeNumber({ url: values.url, key: values.token });
    } catch (error) {
      if (error.message !== complaint) console.error(`events: ${error.message}`);
      complaint = error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, Number(values.every)));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
