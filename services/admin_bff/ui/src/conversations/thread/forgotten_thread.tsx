/** What is left where a forgotten customer wrote: that it is so. */
import { UserRoundX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/states";

export function ForgottenThread() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={UserRoundX}
      title={t("conversations.thread.forgotten")}
      hint={t("conversations.thread.forgottenHint")}
    />
  );
}
