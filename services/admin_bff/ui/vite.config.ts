/** How the dashboard is built: hashed files without source of other origins, everything loaded from our own. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// While developing, `BFF` is where a running admin_bff answers.
const bff = process.env.BFF ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    manifest: true,
    // A data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/admin": bff } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
