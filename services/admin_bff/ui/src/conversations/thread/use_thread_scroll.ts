/** Where a thread stands: at its end while it is followed, unmoved while older messages come in above. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_END_PX = 60;
const NEAR_START_PX = 600;

interface ThreadScroll {
  /** The element that scrolls. */
  box: RefObject<HTMLElement | null>;
  /** What is in it. */
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  /** Something came in at the end while one was reading further up. */
  missed: boolean;
  toEnd: () => void;
  onScroll: () => void;
}

/** What stands at the top of the visible part, and how far below the box's edge, in pixels. */
interface Anchor {
  element: Element;
  top: number;
}

function topOf(element: Element, box: Element): number {
  return element.getBoundingClientRect().top - box.getBoundingClientRect().top;
}

function anchorOf(box: Element): Anchor | null {
  for (const element of box.querySelectorAll("[data-message]")) {
    const top = topOf(element, box);
    if (top >= 0) return { element, top };
  }
  return null;
}

/** `firstKey`, `lastKey`: the oldest and the newest shown; `onNearStart` is called when the beginning comes near. */
export function useThreadScroll(firstKey: string, lastKey: string, onNearStart: () => void): ThreadScroll {
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const anchor = useRef<Anchor>(null);
  const lastShown = useRef(lastKey);
  const [atEnd, setAtEnd] = useState(true);
  const [missed, setMissed] = useState(false);

  /** Whoever reads the end goes on reading the end; what is read further up stays where it is. */
  const settle = useCallback(() => {
    const element = box.current;
    if (!element) return;
    if (following.current) element.scrollTop = element.scrollHeight;
    else if (anchor.current?.element.isConnected) {
      element.scrollTop += topOf(anchor.current.element, element) - anchor.current.top;
    }
  }, []);

  const toEnd = useCallback(() => {
    following.current = true;
    setMissed(false);
    settle();
  }, [settle]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: messages that come in above move what is below
  useLayoutEffect(() => {
    if (!following.current && lastKey !== lastShown.current) setMissed(true);
    lastShown.current = lastKey;
    settle();
  }, [firstKey, lastKey, settle]);

  // Details that are opened, a composer that grows, a message that gets its last look.
  useEffect(() => {
    const observer = new ResizeObserver(settle);
    if (box.current) observer.observe(box.current);
    if (content.current) observer.observe(content.current);
    return () => observer.disconnect();
  }, [settle]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    following.current = near;
    setAtEnd(near);
    if (near) setMissed(false);
    anchor.current = near ? null : anchorOf(element);
    if (element.scrollTop < NEAR_START_PX && element.scrollHeight > element.clientHeight) onNearStart();
  };

  return { box, content, atEnd, missed, toEnd, onScroll };
}
