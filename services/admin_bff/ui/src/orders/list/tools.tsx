/** What one can do with the whole queue: hear of new orders, export it, print it. */
import { Link } from "@tanstack/react-router";
import { Bell, BellOff, Download, Printer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { useStore } from "@/live/store";
import { useSession } from "@/session/session";
import { buttonClass, IconButton } from "@/ui/button";
import { exportPath, type OrderSearch } from "../search";
import { setSound, sound, soundAllowed } from "../sound";

function SoundButton() {
  const { t } = useTranslation();
  const on = useStore(sound) === "on";
  const allowed = useStore(soundAllowed);
  const label = t(on ? "orders.tools.soundOn" : "orders.tools.soundOff");
  return (
    <IconButton
      label={label}
      title={on && !allowed ? `${label}. ${t("orders.tools.soundWaits")}` : label}
      onClick={() => setSound(on ? "off" : "on")}
    >
      {on ? <Bell aria-hidden className="size-4.5" /> : <BellOff aria-hidden className="size-4.5" />}
    </IconButton>
  );
}

export function Tools({ search }: { search: OrderSearch }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const tenantId = useSession().tenant_id;
  const look = `${buttonClass("quiet", true)} text-muted! hover:text-ink!`;
  return (
    <div className="ms-auto flex items-center gap-0.5">
      <SoundButton />
      <a href={exportPath(tenantId, search, language)} download title={t("orders.tools.export")} className={look}>
        <Download aria-hidden className="size-4.5" />
        <span className="sr-only @3xl:not-sr-only">{t("orders.tools.export")}</span>
      </a>
      <Link to="/orders/print" search={search} title={t("orders.tools.print")} className={look}>
        <Printer aria-hidden className="size-4.5" />
        <span className="sr-only @3xl:not-sr-only">{t("orders.tools.print")}</span>
      </Link>
    </div>
  );
}
