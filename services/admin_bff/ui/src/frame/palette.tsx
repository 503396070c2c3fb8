/** The command palette (Mod+K): conversations by search, pages, preferences. */
import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import { useSession } from "@/session/session";
import { type Entry, GROUPS, useCommands, useConversationEntries } from "./palette_entries";

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
  });
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState("");
  const searched = useDeferredValue(words.trim());
  const found = useFoundConversations(searched);
  const conversations = useConversationEntries(found.data?.items ?? []);
  const commands = useCommands().filter(({ name }) => name.toLocaleLowerCase().includes(searched.toLocaleLowerCase()));
  const entries = [...commands, ...conversations];
  // What Enter takes: the first one, until another is chosen.
  const selected = entries.some(({ value }) => value === chosen) ? chosen : (entries[0]?.value ?? "");

  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <div aria-hidden className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[10vh] z-50 mx-auto max-w-xl animate-appear overflow-hidden rounded-2xl border border-line bg-surface shadow-float outline-none"
        >
          <Dialog.Title className="sr-only">{t("palette.title")}</Dialog.Title>
          <Command label={t("palette.title")} value={selected} onValueChange={setChosen} shouldFilter={false} loop>
            <Command.Input
              value={words}
              onValueChange={(next) => {
                setWords(next);
                setChosen("");
              }}
              placeholder={t("palette.placeholder")}
              className="h-13 w-full border-line border-b bg-transparent px-5 outline-none"
            />
            <Command.List
              label={t("palette.title")}
              hidden={entries.length === 0}
              className="scroll-thin max-h-[55vh] overflow-y-auto p-2"
            >
              {GROUPS.map((group) => (
                <Group
                  key={group}
                  heading={t(`palette.${group}`)}
                  entries={entries.filter((entry) => entry.group === group)}
                  onClose={onClose}
                />
              ))}
            </Command.List>
            {entries.length === 0 && (
              <p role="status" className="px-3 py-8 text-center text-muted">
                {t(found.isFetching ? "palette.searching" : "palette.empty")}
              </p>
            )}
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ heading, entries, onClose }: { heading: string; entries: Entry[]; onClose: () => void }) {
  if (entries.length === 0) return null;
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-sm"
    >
      {entries.map(({ value, icon: Icon, label, run }) => (
        <Command.Item
          key={value}
          value={value}
          onSelect={() => {
            onClose();
            run();
          }}
          className="flex min-h-10 cursor-pointer items-center gap-3 rounded-lg px-3 py-2 aria-selected:bg-accent-soft aria-selected:text-accent-ink"
        >
          <Icon aria-hidden className="size-4.5 shrink-0 text-muted" />
          {label}
        </Command.Item>
      ))}
    </Command.Group>
  );
}
