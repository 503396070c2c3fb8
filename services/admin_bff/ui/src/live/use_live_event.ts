/** Lets a component act on one kind of event. */
import { useEffect, useEffectEvent } from "react";
import { onLive } from "./connection";
import type { LiveEventName, LiveEvents } from "./events";

export function useLiveEvent<N extends LiveEventName>(name: N, handler: (event: LiveEvents[N]) => void): void {
  const handle = useEffectEvent(handler);
  useEffect(() => onLive(name, (event) => handle(event)), [name]);
}
