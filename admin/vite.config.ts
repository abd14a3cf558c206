import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: '/admin/',
  plugins: [svelte()],
  build: {
    target: ['chrome107', 'firefox104', 'safari16'],
    // The policy allows scripts and styles of our own origin alone, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The visual editor, which only those load who write.
    chunkSizeWarningLimit: 600,
    emptyOutDir: true,
  },
  server: { proxy: Object.fromEntries(['/api', '/media', '/preview'].map((path) => [path, process.env.LAMIN_SERVER ?? 'http://127.0.0.1:8080'])) },
  test: { include: ['src/**/*.test.ts'] },
});
