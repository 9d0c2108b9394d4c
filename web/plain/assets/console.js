const STORAGE_KEY = 'switchboard:apiKey';
const config = JSON.parse(document.getElementById('switchboard-config').textContent);
const byId = (id) => document.getElementById(id);
const [key, example, query, variables, status, result] = ['key', 'example', 'query', 'variables', 'status', 'result'].map(byId);

// A subscription needs a socket, which this console leaves to the full playground.
const examples = config.examples.filter(({ query }) => !/^subscription\b/m.test(query));

function show(text, detail) {
  status.textContent = detail ?? '';
  result.textContent = text;
}

function open({ query: text, variables: values }) {
  query.value = text;
  variables.value = values;
}

function headers() {
  const plain = { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9' };
  return key.value.trim() ? { ...plain, authorization: `Bearer ${key.value.trim()}` } : plain;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function run() {
  let parsed;
  try {
    parsed = variables.value.trim() ? JSON.parse(variables.value) : undefined;
  } catch (error) {
    return show(`The variables are not JSON: ${error.message}`);
  }
  show('', 'running…');
  try {
    const body = JSON.stringify({ query: query.value, variables: parsed });
    const response = await fetch(new URL('graphql', document.baseURI), { method: 'POST', headers: headers(), body });
    show(pretty(await response.text()), `HTTP ${response.status}`);
  } catch (error) {
    show(`No answer from the server: ${error.message}`);
  }
}

byId('title').textContent = config.title;
key.value = sessionStorage.getItem(STORAGE_KEY) ?? config.demoKey ?? '';
key.addEventListener('change', () => sessionStorage.setItem(STORAGE_KEY, key.value.trim()));
example.append(...examples.map(({ name }, index) => new Option(name, index)));
example.addEventListener('change', () => open(examples[example.value]));
byId('run').addEventListener('click', run);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
});
if (examples.length > 0) open(examples[0]);
