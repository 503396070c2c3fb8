/** The command palette (Mod+K): pages, conversations by search, preferences. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { ChartColumn, Languages, LogOut, MessageSquare, MessagesSquare, Moon, ShoppingBag, Sun } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import { nameOf } from "@/conversations/names";
import { withoutMarks } from "@/format/bold";
import { language, setLanguage } from "@/i18n/i18n";
import { useStore } from "@/live/store";
import { useSession } from "@/session/session";
import { setTheme } from "@/theme/theme";
import { ForeignLine } from "@/ui/foreign";
import { useSignOut } from "./account_menu";

const itemClass =
  "flex min-h-10 cursor-pointer items-center gap-3 rounded-lg px-3 py-2 aria-selected:bg-accent-soft aria-selected:text-accent-ink";
const groupClass =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-sm";

function useFoundConversations(words: string) {
  const tenant_id = useSession().tenant_id;
  return useQuery({
    queryKey: keys.conversationSearch(words),
    queryFn: ({ signal }) =>
      answer(
        api.GET("/admin/{tenant_id}/conversations", {
          params: { path: { tenant_id }, query: { q: words, limit: 6 } },
          signal,
        }),
      ),
    enabled: words.length > 1,
    placeholderData: (previous) => previous,
  });
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const other = useStore(language) === "he" ? "en" : "he";
  const [words, setWords] = useState("");
  const searched = useDeferredValue(words.trim());
  const found = useFoundConversations(searched);

  const item = (value: string, icon: ReactNode, run: () => void) => (
    <Command.Item
      key={value}
      value={value}
      className={itemClass}
      onSelect={() => {
        onClose();
        run();
      }}
    >
      {icon}
      {value}
    </Command.Item>
  );

  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <div aria-hidden className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[10vh] z-50 mx-auto max-w-xl animate-appear overflow-hidden rounded-2xl border border-line bg-surface shadow-float outline-none"
        >
          <Dialog.Title className="sr-only">{t("palette.title")}</Dialog.Title>
          <Command label={t("palette.title")} loop>
            <Command.Input
              value={words}
              onValueChange={setWords}
              placeholder={t("palette.placeholder")}
              className="h-13 w-full border-line border-b bg-transparent px-5 outline-none"
            />
            <Command.List label={t("palette.title")} className="scroll-thin max-h-[55vh] overflow-y-auto p-2">
              <Command.Empty className="px-3 py-6 text-center text-muted">
                {found.isFetching ? t("palette.searching") : t("palette.empty")}
              </Command.Empty>
              {searched.length > 1 && found.data && found.data.items.length > 0 && (
                <Command.Group heading={t("palette.conversations")} className={groupClass} forceMount>
                  {found.data.items.map((conversation) => (
                    <Command.Item
                      key={conversation.id}
                      value={`conversation ${conversation.id}`}
                      forceMount
                      className={itemClass}
                      onSelect={() => {
                        onClose();
                        void navigate({
                          to: "/conversations/$conversationId",
                          params: { conversationId: conversation.id },
                          search: {},
                        });
                      }}
                    >
                      <MessageSquare aria-hidden className="size-4.5 shrink-0 text-muted" />
                      <ForeignLine text={nameOf(conversation)} className="max-w-[45%] shrink-0" />
                      <ForeignLine text={withoutMarks(conversation.last_message)} className="flex-1 text-muted" />
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              <Command.Group heading={t("palette.goTo")} className={groupClass}>
                {item(t("tabs.conversations"), <MessagesSquare aria-hidden className="size-4.5 text-muted" />, () =>
                  navigate({ to: "/conversations", search: {} }),
                )}
                {item(t("tabs.orders"), <ShoppingBag aria-hidden className="size-4.5 text-muted" />, () =>
                  navigate({ to: "/orders", search: {} }),
                )}
                {item(t("tabs.analytics"), <ChartColumn aria-hidden className="size-4.5 text-muted" />, () =>
                  navigate({ to: "/analytics", search: {} }),
                )}
              </Command.Group>
              <Command.Group heading={t("palette.commands")} className={groupClass}>
                {item(t("frame.languageLabel"), <Languages aria-hidden className="size-4.5 text-muted" />, () =>
                  setLanguage(other),
                )}
                {item(
                  `${t("frame.theme")}: ${t("frame.themes.light")}`,
                  <Sun aria-hidden className="size-4.5 text-muted" />,
                  () => setTheme("light"),
                )}
                {item(
                  `${t("frame.theme")}: ${t("frame.themes.dark")}`,
                  <Moon aria-hidden className="size-4.5 text-muted" />,
                  () => setTheme("dark"),
                )}
                {item(t("frame.signOut"), <LogOut aria-hidden className="size-4.5 text-muted" />, signOut)}
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
