/** Below the thread: who answers, the way to take over and back, and where staff write. */
import clsx from "clsx";
import { Ban, Bot, Eye, Hand, StickyNote, UserRound } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationDetail } from "@/api/types";
import { isolated } from "@/format/text";
import { useFormat, useNow } from "@/format/use_format";
import { useCanWrite } from "@/session/session";
import { Button } from "@/ui/button";
import { useHandover } from "../use_handover";
import type { WritingMode } from "./outbox";
import { WritingField } from "./writing_field";

function Banner({ icon, tone, children }: { icon: ReactNode; tone: string; children: ReactNode }) {
  return (
    <div className={clsx("flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5", tone)}>
      {icon}
      {children}
    </div>
  );
}

const bannerText = "min-w-0 flex-1 basis-40 text-sm [overflow-wrap:anywhere]";

export function Composer({ detail }: { detail: ConversationDetail }) {
  const { t } = useTranslation();
  const canWrite = useCanWrite();
  return (
    <section aria-label={t("conversations.composer.mode")} className="shrink-0 border-line border-t bg-surface">
      {canWrite ? (
        <Writing detail={detail} />
      ) : (
        <Banner icon={<Eye aria-hidden className="size-5 text-muted" />} tone="bg-sunken">
          <p className={clsx(bannerText, "text-muted")}>{t("conversations.handler.viewer")}</p>
        </Banner>
      )}
    </section>
  );
}

function Writing({ detail }: { detail: ConversationDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const { conversation } = detail;
  const { state, paused_by, resumes_at, blocked } = conversation;
  const [noting, setNoting] = useState(false);
  // Whether the field, when it appears, is where one goes on: after a click, not when a page is opened.
  const goesOn = useRef(false);
  const { takeOver, giveBack } = useHandover(conversation.id, () => setNoting(false));
  const theirs = state === "person";
  const mode: WritingMode = noting ? "note" : "reply";

  const stepIn = () => {
    // Before the answer: the news of it may be here first, and the field with them.
    goesOn.current = true;
    takeOver.mutate(undefined, {
      onError: () => {
        goesOn.current = false;
      },
    });
  };

  const noteButton = (
    <Button
      small
      look={noting ? "plain" : "quiet"}
      aria-pressed={noting}
      onClick={() => {
        goesOn.current = true;
        setNoting(!noting);
      }}
    >
      <StickyNote aria-hidden className="size-4" />
      {t("conversations.composer.note")}
    </Button>
  );

  return (
    <>
      {theirs ? (
        <Banner icon={<UserRound aria-hidden className="size-5" />} tone="bg-info-soft text-info-ink">
          <p className={bannerText}>
            {paused_by
              ? t("conversations.handler.yours", { name: isolated(paused_by) })
              : t("conversations.handler.staffOwns")}{" "}
            {resumes_at && t("conversations.handler.returns", { when: format.until(resumes_at, now) })}
          </p>
          <Button small busy={giveBack.isPending} onClick={() => giveBack.mutate()}>
            {!giveBack.isPending && <Bot aria-hidden className="size-4" />}
            {t(giveBack.isPending ? "conversations.handler.givingBack" : "conversations.handler.giveBack")}
          </Button>
        </Banner>
      ) : (
        <Banner
          icon={state === "agent" ? <Bot aria-hidden className="size-5" /> : <Hand aria-hidden className="size-5" />}
          tone={state === "agent" ? "bg-accent-soft text-accent-ink" : "bg-warn-soft text-warn-ink"}
        >
          <p className={bannerText}>
            {t(state === "agent" ? "conversations.handler.agentOwns" : "conversations.handler.needsPerson")}
          </p>
          <div className="ms-auto flex gap-2">
            {noteButton}
            <Button small look="primary" busy={takeOver.isPending} onClick={stepIn}>
              {!takeOver.isPending && <Hand aria-hidden className="size-4" />}
              {t(takeOver.isPending ? "conversations.handler.takingOver" : "conversations.handler.takeOver")}
            </Button>
          </div>
        </Banner>
      )}
      {blocked && !noting && theirs && (
        <Banner icon={<Ban aria-hidden className="size-5" />} tone="bg-danger-soft text-danger-ink">
          <p className={bannerText}>{t("conversations.handler.blocked")}</p>
        </Banner>
      )}
      {(theirs || noting) && (
        <div className="p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          {theirs && (
            <ModeSwitch
              mode={mode}
              onChange={(next) => {
                goesOn.current = true;
                setNoting(next === "note");
              }}
            />
          )}
          <WritingField key={mode} mode={mode} detail={detail} goesOn={goesOn} disabled={mode === "reply" && blocked} />
        </div>
      )}
    </>
  );
}

function ModeSwitch({ mode, onChange }: { mode: WritingMode; onChange: (mode: WritingMode) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="mb-2 flex gap-1">
      <legend className="sr-only">{t("conversations.composer.mode")}</legend>
      {(["reply", "note"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={mode === name}
          onClick={() => onChange(name)}
          className="h-7 rounded-md px-2.5 font-medium text-muted text-sm hover:bg-hover aria-pressed:bg-sunken aria-pressed:text-ink"
        >
          {t(`conversations.composer.${name}`)}
        </button>
      ))}
    </fieldset>
  );
}
