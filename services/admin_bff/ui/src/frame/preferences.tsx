/** The language and the theme of this browser. */
import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { language, setLanguage } from "@/i18n/i18n";
import { useStore } from "@/live/store";
import { setTheme, THEMES, theme } from "@/theme/theme";
import { IconButton } from "@/ui/button";
import { Menu, MenuChoice } from "@/ui/menu";

const ICONS = { light: Sun, dark: Moon, system: Monitor };

export function LanguageButton() {
  const { t } = useTranslation();
  const other = useStore(language) === "he" ? "en" : "he";
  return (
    <button
      type="button"
      lang={other}
      onClick={() => setLanguage(other)}
      title={t("frame.languageLabel")}
      className="h-9 rounded-lg px-2 font-medium text-muted text-sm hover:bg-hover hover:text-ink"
    >
      {t("frame.language")}
    </button>
  );
}

export function ThemeMenu() {
  const { t } = useTranslation();
  const chosen = useStore(theme);
  const Icon = ICONS[chosen];
  return (
    <Menu
      trigger={
        <IconButton label={t("frame.theme")}>
          <Icon aria-hidden className="size-4.5" />
        </IconButton>
      }
    >
      <MenuChoice
        label={t("frame.theme")}
        value={chosen}
        onChange={setTheme}
        options={THEMES.map((name) => {
          const ThemeIcon = ICONS[name];
          return {
            value: name,
            label: t(`frame.themes.${name}`),
            icon: <ThemeIcon aria-hidden className="size-4.5 text-muted" />,
          };
        })}
      />
    </Menu>
  );
}
