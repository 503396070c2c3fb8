/** What is known of a customer: each fact with where it came from, and each can be changed in its place. */
import clsx from "clsx";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer } from "@/api/types";
import { isolated, languageName } from "@/format/text";
import { useFormat } from "@/format/use_format";
import { useCanWrite } from "@/session/session";
import { IconButton } from "@/ui/button";
import { ForeignText } from "@/ui/foreign";
import { FactEditor } from "./fact_editor";
import { FACTS, type Fact } from "./facts";

export function Profile({ customer, conversationId }: { customer: Customer; conversationId: string }) {
  const [editing, setEditing] = useState<Fact | null>(null);
  return (
    <ul className="flex flex-col gap-3">
      {FACTS.map((fact) =>
        editing === fact ? (
          <FactEditor
            key={fact}
            fact={fact}
            customer={customer}
            conversationId={conversationId}
            onDone={() => setEditing(null)}
          />
        ) : (
          <FactRow key={fact} fact={fact} customer={customer} onEdit={() => setEditing(fact)} />
        ),
      )}
    </ul>
  );
}

function FactRow({ fact, customer, onEdit }: { fact: Fact; customer: Customer; onEdit: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const canWrite = useCanWrite();
  const label = t(`conversations.profile.${fact}`);
  const value = customer[fact];
  return (
    <li className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <p className="text-muted text-xs">{label}</p>
        {value ? (
          <>
            <ForeignText
              text={fact === "language" ? languageName(value, format.language) : value}
              className={clsx("align-with-page", fact === "name" && "font-medium")}
            />
            <SourceLine customer={customer} fact={fact} />
          </>
        ) : (
          <p className="text-muted">{t("conversations.profile.unknown")}</p>
        )}
      </div>
      {canWrite && (
        <IconButton label={t("conversations.profile.editField", { field: label })} onClick={onEdit} className="size-8">
          <Pencil aria-hidden className="size-4" />
        </IconButton>
      )}
    </li>
  );
}

function SourceLine({ customer, fact }: { customer: Customer; fact: Fact }) {
  const { t } = useTranslation();
  const format = useFormat();
  const source = customer.sources[fact];
  if (!source) return null;
  const date = source.at ? format.dateAndTime(source.at) : "";
  const words = () => {
    if (source.kind !== "staff") return t(`conversations.profile.source.${source.kind}`, { date });
    return source.staff_name
      ? t("conversations.profile.source.staff", { name: isolated(source.staff_name), date })
      : t("conversations.profile.source.staffUnknown", { date });
  };
  return <p className="text-muted text-xs [overflow-wrap:anywhere]">{words()}</p>;
}
