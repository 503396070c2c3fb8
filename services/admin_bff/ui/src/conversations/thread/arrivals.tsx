/** Tells screen readers, politely, of messages that arrive while the thread is open. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/types";

const LONGEST = 200;

export function Arrivals({ messages, name }: { messages: Message[]; name: string }) {
  const { t } = useTranslation();
  const [told, setTold] = useState("");
  const lastSeen = useRef(messages.at(-1)?.id);
  useEffect(() => {
    const last = messages.at(-1);
    if (!last || last.id === lastSeen.current) return;
    lastSeen.current = last.id;
    if (last.role !== "customer" && last.role !== "agent") return;
    const speaker = last.role === "customer" ? name : t("conversations.speakers.agent");
    setTold(t("conversations.thread.arrived", { name: speaker, text: last.content.slice(0, LONGEST) }));
  }, [messages, name, t]);
  return (
    <div aria-live="polite" className="sr-only">
      {told}
    </div>
  );
}
