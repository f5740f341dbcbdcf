import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The node that `/rpc` reaches, so that the page needs no cross-origin permission from it. */
const node = process.env["BALLAST_RPC"] ?? "http://127.0.0.1:8545";

const toNode = { "/rpc": { target: node, changeOrigin: true, rewrite: () => "/" } };

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: toNode,
    // The typed client and the generated contract types live outside app/.
    fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] },
  },
  preview: { proxy: toNode },
  build: { target: "es2022", chunkSizeWarningLimit: 2000 },
});
