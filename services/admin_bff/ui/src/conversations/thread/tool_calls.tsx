/** What the agent did on the way to a reply: folded under it, each call with its input and its result. */
import { ChevronRight, CircleX, Wrench } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ToolCall } from "@/api/types";
import type { en } from "@/i18n/en";

type ToolName = keyof typeof en.conversations.tools.names;

const NAMES: Record<ToolName, true> = {
  create_order: true,
  update_order: true,
  cancel_order: true,
  get_customer_orders: true,
  quote_order: true,
  search_products: true,
  update_customer_profile: true,
  get_business_info: true,
  request_human: true,
};

function isKnown(name: string): name is ToolName {
  return Object.hasOwn(NAMES, name);
}

function Json({ label, value }: { label: string; value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <div className="mt-2">
      <p className="text-muted text-xs">{label}</p>
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre
        dir="ltr"
        tabIndex={0}
        className="scroll-thin mt-0.5 max-h-64 overflow-auto whitespace-pre-wrap rounded-lg bg-sunken p-2 font-mono text-ink text-xs [overflow-wrap:anywhere]"
      >
        {text}
      </pre>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
    </div>
  );
}

function Call({ call }: { call: ToolCall }) {
  const { t } = useTranslation();
  return (
    <li className="rounded-lg border border-line bg-surface p-2.5">
      <p className="flex flex-wrap items-center gap-x-2 font-medium text-sm">
        {isKnown(call.name) && <span>{t(`conversations.tools.names.${call.name}`)}</span>}
        <code dir="ltr" className="font-mono font-normal text-muted text-xs">
          {call.name}
        </code>
        {call.is_error && (
          <span className="flex items-center gap-1 text-danger-ink text-xs">
            <CircleX aria-hidden className="size-3.5" />
            {t("conversations.tools.failed")}
          </span>
        )}
      </p>
      <Json label={t("conversations.tools.input")} value={call.input} />
      <Json label={t("conversations.tools.result")} value={call.result} />
    </li>
  );
}

export function ToolCalls({ calls }: { calls: ToolCall[] }) {
  const { t } = useTranslation();
  const failed = calls.some((call) => call.is_error);
  return (
    <details className="group/tools min-w-0 max-w-full open:w-full">
      <summary className="inline-flex min-h-6 list-none items-center gap-1 rounded text-muted text-xs hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-3.5 transition-transform group-open/tools:rotate-90 rtl:rotate-180 rtl:group-open/tools:rotate-90"
        />
        <Wrench aria-hidden className="size-3" />
        {t("conversations.tools.summary", { count: calls.length })}
        {failed && <span className="text-danger-ink">· {t("conversations.tools.failed")}</span>}
      </summary>
      <ul className="mt-1.5 flex flex-col gap-1.5">
        {calls.map((call) => (
          <Call key={call.id} call={call} />
        ))}
      </ul>
    </details>
  );
}
