import vue from "@vitejs/plugin-vue";
import elementPlus from "unplugin-element-plus/vite";
import { defineConfig } from "vite";

const backend = process.env.YINGDA_BACKEND ?? "http://127.0.0.1:4010";

export default defineConfig({
  base: "/console/",
  plugins: [vue(), elementPlus({})],
  define: { __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  build: {
    outDir: "../../dist/console",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 900,
    // The console runs under a CSP without data: scripts; fonts and images stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1",
    port: 4011,
    proxy: { "/api": { target: backend, ws: true } },
  },
  // The built console in front of a real server on another port.
  preview: { host: "127.0.0.1", port: 4012, proxy: { "/api": { target: backend, ws: true } } },
});
