/** The states that every list and page knows besides its content: loading, empty, failed, and old but shown. */
import clsx from "clsx";
import { CircleAlert, CloudOff, Lock, SearchX } from "lucide-react";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import { Button } from "./button";

/** A grey bar in the place of what is loading. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("animate-pulse-soft rounded-md bg-line", className)} />;
}

/** Says to screen readers that something loads, around the grey bars that show it. */
export function Loading({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="contents">
      <span className="sr-only">{t("state.loading")}</span>
      {children}
    </div>
  );
}

interface MessageProps {
  icon: ComponentType<{ className?: string; "aria-hidden"?: boolean }>;
  title: string;
  hint?: string | undefined;
  /** Whether it stands for the whole page, so that its title is the page's heading. */
  page?: boolean;
  children?: ReactNode;
}

/** A picture and a few words in the middle of an empty place. */
export function EmptyState({ icon: Icon, title, hint, page = false, children }: MessageProps) {
  const Title = page ? "h1" : "p";
  return (
    <div className="m-auto flex max-w-sm flex-col items-center gap-1.5 p-8 text-center">
      <span className="mb-2 flex size-12 items-center justify-center rounded-2xl bg-accent-soft text-accent-ink">
        <Icon aria-hidden className="size-6" />
      </span>
      <Title className="font-semibold">{title}</Title>
      {hint && <p className="text-muted text-sm">{hint}</p>}
      {children && <div className="mt-3">{children}</div>}
    </div>
  );
}

/** There is nothing, but only because of the filters. */
export function FilteredEmpty({ title, hint, onClear }: { title: string; hint: string; onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <EmptyState icon={SearchX} title={title} hint={hint}>
      <Button onClick={onClear}>{t("state.clearFilters")}</Button>
    </EmptyState>
  );
}

interface ErrorStateProps {
  error: unknown;
  onRetry: () => void;
  /** As of EmptyState. */
  page?: boolean;
}

/** Nothing could be loaded. */
export function ErrorState({ error, onRetry, page = false }: ErrorStateProps) {
  const { t } = useTranslation();
  if (isProblem(error, 404)) {
    return <EmptyState page={page} icon={SearchX} title={t("state.notFound")} hint={t("state.notFoundHint")} />;
  }
  if (isProblem(error, 403)) return <EmptyState page={page} icon={Lock} title={t("state.forbidden")} />;
  const away = isProblem(error) && error.unreachable;
  const hint = away ? t("state.unreachable") : error instanceof Error ? error.message : undefined;
  return (
    <div role="alert" className="m-auto">
      <EmptyState page={page} icon={away ? CloudOff : CircleAlert} title={t("state.failed")} hint={hint}>
        <Button onClick={onRetry}>{t("state.retry")}</Button>
      </EmptyState>
    </div>
  );
}

/** What is shown is from before: refreshing it failed. */
export function StaleNotice({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className="flex items-center gap-2 border-line border-b bg-warn-soft px-3 py-1 text-sm text-warn-ink"
    >
      <CloudOff aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1">{t("state.stale")}</span>
      <button type="button" onClick={onRetry} className="min-h-6 shrink-0 font-medium underline underline-offset-2">
        {t("state.retry")}
      </button>
    </div>
  );
}
