/** The question before an order is confirmed, completed or cancelled. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import type { OrderDetail } from "@/api/types";
import { useFormat } from "@/format/use_format";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, TextArea } from "@/ui/field";
import { Foreign } from "@/ui/foreign";
import { useItemsText } from "../items_text";
import { useVerb } from "./use_verb";
import type { Verb } from "./verb";

const LONGEST_REASON = 500;
const TITLES = { confirm: "confirmTitle", complete: "completeTitle", cancel: "cancelTitle" } as const;
const TEXTS = { confirm: "confirmText", complete: "completeText", cancel: "cancelText" } as const;

interface VerbDialogProps {
  verb: Verb;
  order: OrderDetail;
  onClose: () => void;
}

export function VerbDialog({ verb, order, onClose }: VerbDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const itemsText = useItemsText();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const action = useVerb(order, verb, onClose);
  const missing = verb === "cancel" && tried && !reason.trim();
  const told = order.conversation_id ? t("orders.verbs.told") : "";

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (verb === "cancel" && !reason.trim()) return;
    action.mutate(reason.trim());
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || action.isPending || onClose()}
      title={t(`orders.verbs.${TITLES[verb]}`, { number: order.number })}
      description={[t(`orders.verbs.${TEXTS[verb]}`), told].filter(Boolean).join(" ")}
    >
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <div className="rounded-lg bg-sunken px-3 py-2 text-sm">
          <p className="font-medium">
            <Foreign>{order.customer_name || t("orders.list.unknownCustomer")}</Foreign>
            <span className="tabular-nums"> · {format.money(order.total)}</span>
          </p>
          <p className="text-muted">{itemsText(order)}</p>
        </div>
        {verb === "cancel" && (
          <Field
            label={t("orders.verbs.reason")}
            hint={told && t("orders.verbs.reasonHint")}
            error={missing ? t("orders.verbs.reasonMissing") : undefined}
          >
            {(control) => (
              <TextArea
                {...control}
                required
                dir="auto"
                rows={3}
                maxLength={LONGEST_REASON}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
        )}
        <Failure error={action.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose} disabled={action.isPending}>
            {t("orders.verbs.keep")}
          </Button>
          <Button type="submit" look={verb === "cancel" ? "danger" : "primary"} busy={action.isPending}>
            {t(`orders.verbs.${verb}`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What went wrong, where one can try again; a stale order closes the question instead. */
function Failure({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (!error || isProblem(error, 409) || isProblem(error, 401)) return null;
  const away = isProblem(error) && error.unreachable;
  return (
    <p role="alert" className="text-danger-ink text-sm">
      {away ? t("orders.verbs.unknownOutcome") : t("toast.failed", { reason: error.message })}
    </p>
  );
}
