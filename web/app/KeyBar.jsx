import { useState } from 'react';
import { config } from './config.js';
import iconUrl from './icon.svg';

/** The strip above the editors: title, API key, and whether the server takes the key. */
export function KeyBar({ apiKey, onApply, statusRef }) {
  const [draft, setDraft] = useState(apiKey);
  const [shown, setShown] = useState(apiKey === config.demoKey);

  function submit(event) {
    event.preventDefault();
    onApply(draft.trim());
  }

  return (
    <header className="key-bar">
      <h1>
        <img src={iconUrl} alt="" width="24" height="24" /> {config.title}
      </h1>
      <form onSubmit={submit} autoComplete="off">
        <label htmlFor="api-key">API key</label>
        <input
          id="api-key"
          type={shown ? 'text' : 'password'}
          value={draft}
          placeholder="sb_live_…"
          spellCheck="false"
          autoComplete="off"
          onChange={(event) => setDraft(event.target.value)}
        />
        <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? 'Hide' : 'Show'}
        </button>
        <button type="submit" className="primary">
          Use key
        </button>
        {config.demoKey && <span className="hint">demo key filled in</span>}
      </form>
      <span ref={statusRef} className="status-slot" role="status" />
    </header>
  );
}
