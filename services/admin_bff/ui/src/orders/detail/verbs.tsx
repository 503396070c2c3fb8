/** What can be done with an order as it stands; each asks once more before it is done. */
import { Ban, Check, Lock, PackageCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "@/api/types";
import { useCanWrite } from "@/session/session";
import { Button } from "@/ui/button";
import { type Verb, verbsOf } from "./verb";
import { VerbDialog } from "./verb_dialog";

const LOOKS = {
  confirm: { icon: Check, look: "primary" },
  complete: { icon: PackageCheck, look: "primary" },
  cancel: { icon: Ban, look: "plain" },
} as const;

export function Verbs({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const canWrite = useCanWrite();
  // The order as it was when the question was asked: a later change must not be confirmed unseen.
  const [asked, setAsked] = useState<{ verb: Verb; order: OrderDetail } | null>(null);
  const verbs = verbsOf(order.status);
  if (verbs.length === 0) return <p className="text-muted text-sm">{t("orders.verbs.finished")}</p>;
  if (!canWrite) {
    return (
      <p className="flex gap-2 rounded-lg bg-sunken px-3 py-2 text-muted text-sm">
        <Lock aria-hidden className="mt-0.5 size-4 shrink-0" />
        {t("orders.verbs.viewer")}
      </p>
    );
  }
  return (
    <div className="flex flex-wrap gap-2">
      {verbs.map((verb) => {
        const { icon: Icon, look } = LOOKS[verb];
        return (
          <Button key={verb} look={look} onClick={() => setAsked({ verb, order })}>
            <Icon aria-hidden className="size-4.5" />
            {t(`orders.verbs.${verb}`)}
          </Button>
        );
      })}
      {asked && <VerbDialog verb={asked.verb} order={asked.order} onClose={() => setAsked(null)} />}
    </div>
  );
}
