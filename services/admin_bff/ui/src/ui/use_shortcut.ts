/** Keyboard shortcuts by the physical key, so that they work with a Hebrew layout too. */
import { useEffect, useEffectEvent } from "react";

interface Shortcut {
  /** KeyboardEvent.code: "KeyK", "Slash", "Escape". */
  code: string;
  alt?: boolean;
  /** Ctrl, or ⌘ on a Mac. */
  mod?: boolean;
}

/** Whether typing goes into the element, so that single keys belong to it. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

export function matches(event: Pick<KeyboardEvent, "code" | "altKey" | "ctrlKey" | "metaKey">, key: Shortcut): boolean {
  return event.code === key.code && event.altKey === !!key.alt && (event.ctrlKey || event.metaKey) === !!key.mod;
}

export function useShortcut(shortcut: Shortcut, action: (event: KeyboardEvent) => void): void {
  const act = useEffectEvent(action);
  const { code, alt, mod } = shortcut;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !matches(event, { code, alt: !!alt, mod: !!mod })) return;
      if (!alt && !mod && code !== "Escape" && isTyping(event.target)) return;
      act(event);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [code, alt, mod]);
}
