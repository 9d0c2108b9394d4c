import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';
import { createClient } from 'graphql-ws';

function endpoint(path, protocol) {
  const url = new URL(path, document.baseURI);
  if (protocol) url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

function tryParse(query) {
  try {
    return parse(query);
  } catch {
    return undefined; // The server says what is wrong with it.
  }
}

/**
 * The editor notes an operation's name and kind a moment after the text changes; whoever opens a tab and runs it at
 * once would send the name of the tab before. So both are read from the text that is sent.
 */
function asWritten(fetcher) {
  return (params, options) => {
    const documentAST = tryParse(params.query);
    const operations = documentAST?.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) ?? [];
    if (operations.length !== 1) return fetcher(params, options);
    return fetcher({ ...params, operationName: operations[0].name?.value }, { ...options, documentAST });
  };
}

/**
 * The connection to the API for one key: queries and mutations by POST, subscriptions by graphql-transport-ws.
 *
 * @returns {{ fetcher: import('@graphiql/toolkit').Fetcher, close: () => void }}
 */
export function connect(key) {
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  const wsClient = createClient({
    url: endpoint('graphql/ws', true),
    connectionParams: headers,
    retryAttempts: 2,
  });
  const fetcher = createGraphiQLFetcher({
    url: endpoint('graphql'),
    headers,
    wsClient,
    // The server has no @defer and no @stream, so plain answers are all there is to negotiate.
    enableIncrementalDelivery: false,
  });
  return { fetcher: asWritten(fetcher), close: () => wsClient.dispose() };
}
