import { HISTORY_PLUGIN, GraphiQL } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import { config } from './config.js';
import { EXAMPLES_PLUGIN } from './Examples.jsx';
import { connect } from './fetcher.js';
import { storedKey, storeKey } from './key.js';
import { KeyBar } from './KeyBar.jsx';
import { SchemaStatus } from './SchemaStatus.jsx';
import { storage } from './storage.js';

const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];
const DEFAULT_TABS = config.examples.map(({ query, variables }) => ({ query, variables }));

export function Playground() {
  const [apiKey, setApiKey] = useState(storedKey);
  const [statusSlot, setStatusSlot] = useState(null);
  const connection = useMemo(() => connect(apiKey), [apiKey]);
  useEffect(() => connection.close, [connection]);

  function apply(key) {
    storeKey(key);
    setApiKey(key);
  }

  return (
    <>
      <KeyBar apiKey={apiKey} onApply={apply} statusRef={setStatusSlot} />
      <main>
        <GraphiQL
          fetcher={connection.fetcher}
          storage={storage}
          plugins={PLUGINS}
          defaultTabs={DEFAULT_TABS}
          defaultEditorToolsVisibility="variables"
          inputValueDeprecation
          schemaDescription
        >
          <GraphiQL.Logo>
            <a className="licenses" href="./assets/third-party-licenses.md" target="_blank" rel="noreferrer">
              Licenses
            </a>
          </GraphiQL.Logo>
          <SchemaStatus slot={statusSlot} apiKey={apiKey} />
        </GraphiQL>
      </main>
    </>
  );
}
