/** Starts the dashboard. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Direction } from "radix-ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "@/api/query_client";
import { directionOf, language } from "@/i18n/i18n";
import { useStore } from "@/live/store";
import { router } from "@/router";
import { Toasts } from "@/ui/toast";
import "./styles.css";

function App() {
  return (
    <Direction.Provider dir={directionOf(useStore(language))}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </Direction.Provider>
  );
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
