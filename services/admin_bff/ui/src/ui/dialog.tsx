/** Windows over the page: in the middle, or from its end as a sheet. Esc and a click outside close them. */
import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  /** `sheet` comes from the end of the line and is as high as the page. */
  shape?: "window" | "sheet";
  wide?: boolean;
  children: ReactNode;
}

/** Radix returns the focus to a trigger of its own only; windows here are opened by whatever was focused. */
function useReturningFocus() {
  const opener = useRef<Element | null>(null);
  return {
    rememberOpener: () => {
      opener.current = document.activeElement;
    },
    returnFocus: (event: Event) => {
      event.preventDefault();
      // What opened the window may be gone by now: a button whose work is done.
      const target = opener.current?.isConnected ? opener.current : document.getElementById("main");
      if (target instanceof HTMLElement) target.focus();
    },
  };
}

// Radix' own overlay would write a style sheet into the page, which the content security policy forbids; the page
// under a dialog does not scroll anyway.
export function Dialog({ open, onOpenChange, title, description, shape = "window", wide, children }: DialogProps) {
  const { t } = useTranslation();
  const { rememberOpener, returnFocus } = useReturningFocus();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <div aria-hidden className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          onOpenAutoFocus={rememberOpener}
          onCloseAutoFocus={returnFocus}
          {...(description === undefined && { "aria-describedby": undefined })}
          className={clsx(
            "fixed z-50 flex animate-appear flex-col bg-surface shadow-float outline-none",
            shape === "sheet"
              ? "inset-y-0 end-0 w-full max-w-md border-line border-s"
              : "inset-x-4 top-[12vh] mx-auto max-h-[76vh] rounded-2xl border border-line",
            shape === "window" && (wide ? "max-w-2xl" : "max-w-md"),
          )}
        >
          <div className="flex items-start gap-3 px-5 pt-4 pb-2">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label={t("action.close")} className="-me-2 -mt-1">
                <X aria-hidden className="size-4.5" />
              </IconButton>
            </Radix.Close>
          </div>
          <div className="scroll-thin min-h-0 overflow-y-auto px-5 pb-5">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
