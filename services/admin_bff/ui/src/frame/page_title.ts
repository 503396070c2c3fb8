/** The title of the browser's tab: how much waits, the page, the business. */
import { useEffect } from "react";
import { createStore, useStore } from "@/live/store";

/** Orders that wait for a confirmation. */
export const waitingCount = createStore(0);

export function usePageTitle(page: string, business = ""): void {
  const waiting = useStore(waitingCount);
  useEffect(() => {
    document.title = [waiting > 0 ? `(${waiting}) ${page}` : page, business].filter(Boolean).join(" · ");
  }, [page, business, waiting]);
}
