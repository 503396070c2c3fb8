/** Text that somebody else wrote: shown as text, in its own direction, unable to break the layout around it. */
import clsx from "clsx";
import { Fragment, type ReactNode } from "react";
import { boldParts } from "@/format/bold";

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

interface ForeignTextProps {
  text: string;
  className?: string;
  /** Whether **bold** is shown bold, as in replies. */
  marked?: boolean;
}

/** A whole text, with its line breaks. */
export function ForeignText({ text, className, marked = false }: ForeignTextProps) {
  return (
    <div dir="auto" className={clsx("foreign-text", className)}>
      {marked
        ? boldParts(text).map((part) =>
            part.bold ? <strong key={part.at}>{part.text}</strong> : <Fragment key={part.at}>{part.text}</Fragment>,
          )
        : text}
    </div>
  );
}
