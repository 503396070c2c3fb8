/** What the command palette offers. */
import { useNavigate } from "@tanstack/react-router";
import {
  ChartColumn,
  Languages,
  LogOut,
  type LucideIcon,
  MessageSquare,
  MessagesSquare,
  Moon,
  ShoppingBag,
  Sun,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "@/api/types";
import { nameOf } from "@/conversations/names";
import { withoutMarks } from "@/format/bold";
import { language, setLanguage } from "@/i18n/i18n";
import { useStore } from "@/live/store";
import { setTheme } from "@/theme/theme";
import { ForeignLine } from "@/ui/foreign";
import { useSignOut } from "./account_menu";

// Conversations are found later than the rest: at the end they move nothing that is already shown.
export const GROUPS = ["goTo", "commands", "conversations"] as const;

export interface Entry {
  /** Names it among all. */
  value: string;
  group: (typeof GROUPS)[number];
  icon: LucideIcon;
  label: ReactNode;
  run: () => void;
}

export function useConversationEntries(conversations: Conversation[]): Entry[] {
  const navigate = useNavigate();
  return conversations.map((conversation) => ({
    value: `conversation ${conversation.id}`,
    group: "conversations",
    icon: MessageSquare,
    label: (
      <>
        <ForeignLine text={nameOf(conversation)} className="max-w-[45%] shrink-0" />
        <ForeignLine text={withoutMarks(conversation.last_message)} className="flex-1 text-muted" />
      </>
    ),
    run: () =>
      void navigate({
        to: "/conversations/$conversationId",
        params: { conversationId: conversation.id },
        search: {},
      }),
  }));
}

/** Pages and commands; `name` is what they are found by. */
export function useCommands(): (Entry & { name: string })[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const other = useStore(language) === "he" ? "en" : "he";
  const entry = (group: Entry["group"], icon: LucideIcon, name: string, run: () => void) => ({
    value: name,
    group,
    icon,
    name,
    label: name,
    run,
  });
  return [
    entry("goTo", MessagesSquare, t("tabs.conversations"), () => void navigate({ to: "/conversations", search: {} })),
    entry("goTo", ShoppingBag, t("tabs.orders"), () => void navigate({ to: "/orders", search: {} })),
    entry("goTo", ChartColumn, t("tabs.analytics"), () => void navigate({ to: "/analytics", search: {} })),
    entry("commands", Languages, t("frame.languageLabel"), () => setLanguage(other)),
    entry("commands", Sun, `${t("frame.theme")}: ${t("frame.themes.light")}`, () => setTheme("light")),
    entry("commands", Moon, `${t("frame.theme")}: ${t("frame.themes.dark")}`, () => setTheme("dark")),
    entry("commands", LogOut, t("frame.signOut"), signOut),
  ];
}
