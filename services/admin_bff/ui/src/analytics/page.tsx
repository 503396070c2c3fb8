/** The analytics. */
import { useTranslation } from "react-i18next";
import { usePageTitle } from "@/frame/page_title";

export function AnalyticsPage() {
  const { t } = useTranslation();
  usePageTitle(t("analytics.title"));
  return <h1 className="p-6 font-semibold text-xl">{t("analytics.title")}</h1>;
}
