/** Text that somebody else wrote: shown as text, in its own direction, unable to break the layout around it. */
import clsx from "clsx";
import type { ReactNode } from "react";

/** A name, or the first line of a message: one line, cut off. */
export function ForeignLine({ text, className }: { text: string; className?: string }) {
  return (
    <bdi dir="auto" className={clsx("foreign-line block min-w-0", className)}>
      {text}
    </bdi>
  );
}

/** Text within a sentence. */
export function Foreign({ children }: { children: ReactNode }) {
  return (
    <bdi dir="auto" className="[overflow-wrap:anywhere]">
      {children}
    </bdi>
  );
}

/** A whole text, with its line breaks. */
export function ForeignText({ text, className }: { text: string; className?: string }) {
  return (
    <div dir="auto" className={clsx("foreign-text", className)}>
      {text}
    </div>
  );
}
