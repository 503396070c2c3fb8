/** The conversations: the list, one thread, and the customer beside it; on a phone one of them at a time. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import clsx from "clsx";
import { MessagesSquare } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use_format";
import { usePageTitle } from "@/frame/page_title";
import { useSession } from "@/session/session";
import { Dialog } from "@/ui/dialog";
import { EmptyState } from "@/ui/states";
import { isTyping, useShortcut } from "@/ui/use_shortcut";
import { ConversationList } from "./list/conversation_list";
import { titleOf } from "./names";
import { Panel } from "./panel/panel";
import { Thread, useConversation } from "./thread/thread";

export function ConversationsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/conversations" });
  const { conversationId: id } = useParams({ strict: false });
  return (
    <div className="flex min-h-0 flex-1">
      <h1 className="sr-only">{t("conversations.list.title")}</h1>
      <div
        className={clsx(
          "min-h-0 w-full shrink-0 border-line bg-surface md:w-80 md:border-e lg:w-88",
          id && "max-md:hidden",
        )}
      >
        <ConversationList search={search} />
      </div>
      {id ? <Opened key={id} id={id} /> : <NoneOpened />}
      {!id && <Title name={t("tabs.conversations")} />}
    </div>
  );
}

function Title({ name }: { name: string }) {
  usePageTitle(name, useFormat().name(useSession().tenant_name));
  return null;
}

function NoneOpened() {
  const { t } = useTranslation();
  return (
    <div className="flex min-w-0 flex-1 max-md:hidden">
      <EmptyState
        icon={MessagesSquare}
        title={t("conversations.thread.pick")}
        hint={t("conversations.thread.pickHint")}
      />
    </div>
  );
}

function Opened({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useConversation(id);
  const navigate = useNavigate();
  const [detailsOpen, setDetailsOpen] = useState(false);
  useShortcut({ code: "Escape" }, (event) => {
    if (!isTyping(event.target)) void navigate({ to: "/conversations", search: (search) => search });
  });
  return (
    <>
      <Title name={data ? titleOf(data, t) : t("tabs.conversations")} />
      <div className="flex min-w-0 flex-1 flex-col">
        <Thread id={id} onDetails={() => setDetailsOpen(true)} />
      </div>
      {data && (
        <aside
          aria-label={t("conversations.panel.title")}
          className="scroll-thin w-80 shrink-0 overflow-y-auto border-line border-s bg-surface max-xl:hidden"
        >
          <Panel detail={data} />
        </aside>
      )}
      {data && (
        <Dialog shape="sheet" open={detailsOpen} onOpenChange={setDetailsOpen} title={t("conversations.panel.title")}>
          <div className="-mx-5">
            <Panel detail={data} />
          </div>
        </Dialog>
      )}
    </>
  );
}
