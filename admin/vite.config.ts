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
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Each file is a way to the server and back, and a browser goes few of them at a time: what is needed together is one file.
          groups: [
            { name: 'door', tags: ['$initial'], priority: 2 },
            { name: 'shared', test: /src[\\/](ui|api|features)[\\/]/, minShareCount: 2, maxModuleSize: 3_000, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: Object.fromEntries(['/api', '/media', '/preview'].map((path) => [path, process.env.LAMIN_SERVER ?? 'http://127.0.0.1:8080'])) },
  // A crowded machine is slow, which is no fault.
  test: { include: ['src/**/*.test.ts'], testTimeout: 30_000 },
});
