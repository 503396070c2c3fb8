/** The conversations. */
import { useTranslation } from "react-i18next";
import { usePageTitle } from "@/frame/page_title";

export function ConversationsPage() {
  const { t } = useTranslation();
  usePageTitle(t("conversations.list.title"));
  return <h1 className="p-6 font-semibold text-xl">{t("conversations.list.title")}</h1>;
}
