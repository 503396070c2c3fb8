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

/** `firstKey`, `lastKey`: the oldest and the newest shown; `onNearStart` is called when the beginning comes near. */
export function useThreadScroll(firstKey: string, lastKey: string, onNearStart: () => void): ThreadScroll {
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const before = useRef({ firstKey, lastKey, height: 0 });
  const [atEnd, setAtEnd] = useState(true);
  const [missed, setMissed] = useState(false);

  const toEnd = useCallback(() => {
    following.current = true;
    setMissed(false);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const grew = element.scrollHeight - before.current.height;
    if (following.current) {
      element.scrollTop = element.scrollHeight;
    } else if (firstKey !== before.current.firstKey && lastKey === before.current.lastKey) {
      element.scrollTop += grew;
    } else if (lastKey !== before.current.lastKey) {
      setMissed(true);
    }
    before.current = { firstKey, lastKey, height: element.scrollHeight };
  }, [firstKey, lastKey]);

  // Details that are opened, a composer that grows: whoever reads the end goes on reading the end.
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (!box.current) return;
      if (following.current) box.current.scrollTop = box.current.scrollHeight;
      before.current.height = box.current.scrollHeight;
    });
    if (box.current) observer.observe(box.current);
    if (content.current) observer.observe(content.current);
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    following.current = near;
    setAtEnd(near);
    if (near) setMissed(false);
    if (element.scrollTop < NEAR_START_PX && element.scrollHeight > element.clientHeight) onNearStart();
  };

  return { box, content, atEnd, missed, toEnd, onScroll };
}
