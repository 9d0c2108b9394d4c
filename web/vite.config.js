import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Relative, so that the page also works behind a proxy that serves it under a path.
  base: './',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Every file stays a file of its own: the page's policy forbids scripts and workers from data: URLs.
    assetsInlineLimit: 0,
    // The editor alone is larger than the size Vite warns about.
    chunkSizeWarningLimit: 6000,
    license: { fileName: 'assets/third-party-licenses.md' },
  },
});
