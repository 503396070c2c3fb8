/** Changing one fact of a customer's profile in its place. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import { isProblem } from "@/api/problem";
import type { Customer } from "@/api/types";
import { languageName } from "@/format/text";
import { useFormat } from "@/format/use_format";
import { useSession } from "@/session/session";
import { Button } from "@/ui/button";
import { Input, Select, TextArea } from "@/ui/field";
import { notify, notifyFailure } from "@/ui/toast";
import { changeDetail } from "../cache";
import type { Fact } from "./facts";

const LANGUAGES = ["he", "en", "ru", "ar"];
const LONGEST: Record<Fact, number> = { name: 200, phone: 100, address: 500, language: 35, notes: 2_000 };

interface FactEditorProps {
  fact: Fact;
  customer: Customer;
  conversationId: string;
  onDone: () => void;
}

export function FactEditor({ fact, customer, conversationId, onDone }: FactEditorProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const [value, setValue] = useState(customer[fact]);
  const [error, setError] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const save = useSave(customer, conversationId, fact, setError, onDone);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, textarea, select")?.focus(), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setError("");
    if (value.trim() === customer[fact]) onDone();
    else save.mutate(value.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onDone();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
  };
  const control = {
    id,
    value,
    dir: fact === "phone" ? "ltr" : "auto",
    onChange: (event: { target: { value: string } }) => setValue(event.target.value),
    ...(error && { "aria-invalid": true, "aria-describedby": `${id}-error` }),
  } as const;
  const tags = value && !LANGUAGES.includes(value) ? [value, ...LANGUAGES] : LANGUAGES;

  return (
    <li>
      <label htmlFor={id} className="text-muted text-xs">
        {t(`conversations.profile.${fact}`)}
      </label>
      <form ref={form} onSubmit={submit} onKeyDown={onKeyDown} className="mt-1 flex flex-col gap-2">
        {fact === "language" ? (
          <Select {...control} dir={undefined}>
            <option value="">{t("conversations.profile.unknown")}</option>
            {tags.map((tag) => (
              <option key={tag} value={tag}>
                {languageName(tag, format.language)}
              </option>
            ))}
          </Select>
        ) : fact === "notes" || fact === "address" ? (
          <TextArea
            {...control}
            maxLength={LONGEST[fact]}
            rows={2}
            className="field-sizing-content max-h-60 min-h-16"
          />
        ) : (
          <Input {...control} type={fact === "phone" ? "tel" : "text"} maxLength={LONGEST[fact]} />
        )}
        {error && (
          <p id={`${id}-error`} role="alert" className="text-danger-ink text-sm">
            {error}
          </p>
        )}
        <div className="flex gap-2">
          <Button small look="primary" type="submit" busy={save.isPending}>
            {t(save.isPending ? "action.saving" : "action.save")}
          </Button>
          <Button small look="quiet" onClick={onDone}>
            {t("action.cancel")}
          </Button>
        </div>
      </form>
    </li>
  );
}

function useSave(
  customer: Customer,
  conversationId: string,
  fact: Fact,
  onError: (words: string) => void,
  onDone: () => void,
) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  const put = (fresh: Customer) =>
    changeDetail(queryClient, conversationId, (detail) => ({ ...detail, customer: fresh }));
  return useMutation({
    mutationFn: (value: string) =>
      answer(
        api.PATCH("/admin/{tenant_id}/customers/{customer_id}", {
          params: { path: { tenant_id: tenantId, customer_id: customer.id } },
          body: { etag: customer.etag, [fact]: value },
        }),
      ),
    onSuccess: (fresh) => {
      put(fresh);
      void queryClient.invalidateQueries({ queryKey: keys.conversationLists });
      notify(t("conversations.profile.saved"));
      onDone();
    },
    onError: (failure) => {
      if (isProblem(failure, 409) && failure.current) {
        put(failure.current as Customer);
        onError(t("conversations.profile.stale"));
      } else if (isProblem(failure, 422))
        onError(t(`conversations.profile.invalid.${fact === "phone" || fact === "language" ? fact : "other"}`));
      else notifyFailure(failure);
    },
  });
}
