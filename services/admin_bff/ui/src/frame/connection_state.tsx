/** Whether the page is told of news at once. */
import clsx from "clsx";
import { useTranslation } from "react-i18next";
import { connection } from "@/live/connection";
import { useStore } from "@/live/store";

export function ConnectionState() {
  const { t } = useTranslation();
  const state = useStore(connection);
  return (
    <span
      role="status"
      title={t(`frame.connectionHint.${state}`)}
      className="flex items-center gap-2 px-2 text-muted text-sm"
    >
      <span
        aria-hidden
        className={clsx("size-2 rounded-full", state === "live" ? "bg-accent" : "animate-pulse-soft bg-warn-ink")}
      />
      <span className={clsx(state === "live" && "max-lg:sr-only", state === "connecting" && "max-sm:sr-only")}>
        {t(`frame.connection.${state}`)}
      </span>
    </span>
  );
}

/** The same over an open conversation on a phone, where there is no frame to say it; only while something is amiss. */
export function ConnectionNotice() {
  const { t } = useTranslation();
  if (useStore(connection) !== "polling") return null;
  return (
    <p
      role="status"
      className="flex items-center justify-center gap-2 border-line border-b bg-warn-soft py-1 text-sm text-warn-ink md:hidden print:hidden"
    >
      <span aria-hidden className="size-2 animate-pulse-soft rounded-full bg-warn-ink" />
      {t("frame.connection.polling")}
    </p>
  );
}
