/** A text field whose content is used once one stops typing. */
import { type ComponentProps, type KeyboardEvent, type RefObject, useEffect, useEffectEvent, useState } from "react";
import { Input } from "@/ui/field";

const TYPING_PAUSE_MS = 300;

interface TypedFieldProps extends Omit<ComponentProps<"input">, "value" | "onChange" | "ref"> {
  value: string;
  onTyped: (value: string) => void;
  field?: RefObject<HTMLInputElement | null>;
}

export function TypedField({ value, onTyped, field, ...rest }: TypedFieldProps) {
  const [typed, setTyped] = useState(value);
  // The value may change from outside: back, forward, "clear filters".
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    setTyped(value);
  }
  const apply = useEffectEvent((next: string) => {
    if (next === value) return;
    setKnown(next);
    onTyped(next);
  });
  useEffect(() => {
    const timer = setTimeout(() => apply(typed.trim()), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") apply(typed.trim());
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (typed) setTyped("");
    else event.currentTarget.blur();
  };
  return (
    <Input
      {...rest}
      {...(field && { ref: field })}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
