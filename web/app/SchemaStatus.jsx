import { useGraphiQL } from '@graphiql/react';
import { createPortal } from 'react-dom';

/** Says in the key bar whether the schema came, which is the first proof that the key is good. */
export function SchemaStatus({ slot, apiKey }) {
  const { schema, fetchError, isIntrospecting } = useGraphiQL(({ schema, fetchError, isIntrospecting }) => ({
    schema,
    fetchError,
    isIntrospecting,
  }));
  if (!slot) return null;
  const [state, text] = isIntrospecting
    ? ['loading', 'Loading schema…']
    : fetchError
      ? ['failed', apiKey ? 'The server refused this key or did not answer' : 'Enter an API key to load the schema']
      : schema
        ? ['ready', 'Schema loaded']
        : ['loading', 'Waiting for the editor…'];
  return createPortal(
    <span className={`status ${state}`} data-state={state}>
      {text}
    </span>,
    slot,
  );
}
