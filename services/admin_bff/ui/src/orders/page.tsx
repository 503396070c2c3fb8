/** The orders. */
import { useTranslation } from "react-i18next";
import { usePageTitle } from "@/frame/page_title";

export function OrdersPage() {
  const { t } = useTranslation();
  usePageTitle(t("orders.title"));
  return <h1 className="p-6 font-semibold text-xl">{t("orders.title")}</h1>;
}
