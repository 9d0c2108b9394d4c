import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

function endpoint(path, protocol) {
  const url = new URL(path, document.baseURI);
  if (protocol) url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
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
  return { fetcher, close: () => wsClient.dispose() };
}
