/** Search and filters of the conversations; the address keeps them. */
import clsx from "clsx";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { Select } from "@/ui/field";
import { useShortcut } from "@/ui/use_shortcut";
import { CHANNELS } from "../channels";
import { useChannelName } from "../chips";
import { type ConversationSearch, parseConversationSearch, STATES } from "../search";

const TYPING_PAUSE_MS = 250;

interface FiltersProps {
  search: ConversationSearch;
  onChange: (search: ConversationSearch) => void;
}

function SearchBox({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const [words, setWords] = useState(search.q ?? "");
  const input = useRef<HTMLInputElement>(null);
  // The address may change from outside: back, forward, "clear filters".
  const [known, setKnown] = useState(search.q ?? "");
  if ((search.q ?? "") !== known) {
    setKnown(search.q ?? "");
    setWords(search.q ?? "");
  }

  const apply = useEffectEvent((q: string) => {
    if (q === (search.q ?? "")) return;
    setKnown(q);
    const { q: _, ...rest } = search;
    onChange(q ? { ...rest, q } : rest);
  });
  useEffect(() => {
    const timer = setTimeout(() => apply(words.trim()), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);

  useShortcut({ code: "Slash" }, (event) => {
    event.preventDefault();
    input.current?.focus();
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (words) setWords("");
    else input.current?.blur();
  };

  return (
    <div className="flex h-10 items-center gap-2.5 rounded-lg border border-line-strong bg-surface ps-3 pe-1 outline-offset-2 focus-within:outline-2 focus-within:outline-focus hover:border-muted">
      <Search aria-hidden className="size-4.5 shrink-0 text-muted" />
      <input
        ref={input}
        type="search"
        dir={words ? "auto" : undefined}
        enterKeyHint="search"
        value={words}
        maxLength={200}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder={t("conversations.list.search")}
        aria-label={t("conversations.list.search")}
        className="align-with-page h-full min-w-0 flex-1 bg-transparent outline-none [&::-webkit-search-cancel-button]:hidden"
      />
      {words && (
        <IconButton
          label={t("state.clearFilters")}
          onClick={() => {
            setWords("");
            input.current?.focus();
          }}
          className="size-7!"
        >
          <X aria-hidden className="size-4" />
        </IconButton>
      )}
    </div>
  );
}

const chipClass =
  "h-8 shrink-0 rounded-full border px-3 font-medium text-sm transition-colors border-line text-muted hover:bg-hover hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink";

export function ListFilters({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  const { state, unread, channel, ...others } = search;
  const rest = { ...others, ...(channel && { channel }) };
  return (
    <search className="flex flex-col gap-2.5 border-line border-b p-3">
      <SearchBox search={search} onChange={onChange} />
      <fieldset className="flex flex-wrap items-center gap-1.5">
        <legend className="sr-only">{t("conversations.list.filters")}</legend>
        {STATES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={state === name}
            onClick={() => onChange({ ...rest, ...(unread && { unread }), ...(state !== name && { state: name }) })}
            className={chipClass}
          >
            {t(`conversations.list.states.${name}`)}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={!!unread}
          onClick={() => onChange({ ...rest, ...(state && { state }), ...(!unread && { unread: true }) })}
          className={chipClass}
        >
          {t("conversations.list.unread")}
        </button>
        <Select
          aria-label={t("conversations.list.channel")}
          value={channel ?? ""}
          onChange={(event) => onChange(parseConversationSearch({ ...search, channel: event.target.value }))}
          className={clsx(
            "h-8! w-auto! rounded-full! border-line! px-2.5 text-sm",
            channel ? "border-accent! bg-accent-soft text-accent-ink" : "text-muted",
          )}
        >
          <option value="">{t("conversations.list.anyChannel")}</option>
          {CHANNELS.map((name) => (
            <option key={name} value={name}>
              {channelName(name)}
            </option>
          ))}
        </Select>
      </fieldset>
    </search>
  );
}
