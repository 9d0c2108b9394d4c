/**
 * What the server wrote into the page.
 *
 * @typedef {{ name: string, about: string, query: string, variables: string }} Example
 * @type {{ title: string, demoKey: string | null, examples: Example[] }}
 */
export const config = JSON.parse(document.getElementById('switchboard-config').textContent);
