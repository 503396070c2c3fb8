/** What stands in the place of a page that loads, that crashed or that does not exist. */
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { CircleAlert, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState, ErrorState, Loading, Skeleton } from "@/ui/states";

export function PageLoading() {
  return (
    <Loading>
      <div className="flex flex-col gap-4 p-6">
        <Skeleton className="h-8 w-48" />
        <Skeleton className="h-24 w-full" />
        <Skeleton className="h-24 w-full" />
      </div>
    </Loading>
  );
}

export function PageCrashed({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className="flex h-full min-h-80">
      {isProblem(error) ? (
        <ErrorState page error={error} onRetry={retry} />
      ) : (
        <EmptyState page icon={CircleAlert} title={t("state.crashed")} hint={t("state.crashedHint")}>
          <Button onClick={() => location.reload()}>{t("state.reload")}</Button>
        </EmptyState>
      )}
    </div>
  );
}

export function PageNotFound() {
  const { t } = useTranslation();
  return (
    <div className="flex h-full min-h-80">
      <EmptyState page icon={SearchX} title={t("state.notFound")} hint={t("state.notFoundHint")}>
        <Link to="/conversations" search={{}} className={buttonClass()}>
          {t("state.home")}
        </Link>
      </EmptyState>
    </div>
  );
}

/** The same where there is no frame around it. */
export function Frameless({ children }: { children: ReactNode }) {
  return <main className="h-full">{children}</main>;
}
