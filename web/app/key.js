import { config } from './config.js';

const STORAGE_KEY = 'switchboard:apiKey';

/** The key of this browser tab; it is forgotten when the tab closes and never leaves the page's own origin. */
export function storedKey() {
  return sessionStorage.getItem(STORAGE_KEY) ?? config.demoKey ?? '';
}

export function storeKey(key) {
  sessionStorage.setItem(STORAGE_KEY, key);
}
