/** The login: by API key, or by the code in the link that was given. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Clock3, KeyRound } from "lucide-react";
import { type FormEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import { BrandMark } from "@/frame/brand";
import { usePageTitle } from "@/frame/page_title";
import { LanguageButton, ThemeMenu } from "@/frame/preferences";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Loading } from "@/ui/states";
import { safeReturnPath } from "./return_path";
import { type Credentials, logIn } from "./session";

/** The code of a login link; it is taken out of the address, so that neither history nor a screenshot keeps it. */
function takeCode(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
  if (code) history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}

type Refusal = "empty" | { failure: unknown; byLink: boolean };

export function LoginPage() {
  const { t } = useTranslation();
  const { next, ended } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const [code] = useState(takeCode);
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(code !== "");
  // What went wrong, not its words: those are of the language that the page has at the moment.
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const started = useRef(false);
  usePageTitle(t("login.title"), t("app.name"));

  const enter = async (credentials: Credentials) => {
    setBusy(true);
    setRefusal(null);
    try {
      await logIn(credentials);
      await navigate({ to: safeReturnPath(next), replace: true });
    } catch (failure) {
      setBusy(false);
      setRefusal({ failure, byLink: "login_code" in credentials });
    }
  };

  const words = (refused: Refusal): string => {
    if (refused === "empty") return t("login.empty");
    const { failure, byLink } = refused;
    if (!isProblem(failure) || failure.unreachable) return t("login.unreachable");
    if (failure.status === 429) return t("login.tooMany", { seconds: failure.retryAfter ?? 60 });
    return t(byLink ? "login.wrongCode" : "login.wrongKey");
  };

  const enterByLink = useEffectEvent(() => {
    if (!code || started.current) return; // a code is good for one try
    started.current = true;
    void enter({ login_code: code });
  });
  useEffect(() => enterByLink(), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim()) void enter({ api_key: key.trim() });
    else setRefusal("empty");
  };

  return (
    <div className="flex min-h-full flex-col">
      <header className="flex justify-end gap-1 p-3">
        <LanguageButton />
        <ThemeMenu />
      </header>
      <main className="mx-auto flex w-full max-w-md flex-1 flex-col justify-center gap-5 px-5 pb-24">
        <div className="flex items-center gap-3">
          <BrandMark className="size-11" />
          <h1 className="font-semibold text-2xl">{t("login.title")}</h1>
        </div>
        {ended && (
          <p role="status" className="flex gap-2.5 rounded-xl bg-warn-soft px-4 py-3 text-warn-ink">
            <Clock3 aria-hidden className="mt-0.5 size-4.5 shrink-0" />
            {t("login.ended")}
          </p>
        )}
        <form
          onSubmit={submit}
          className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-6 shadow-card"
          noValidate
        >
          {busy && code ? (
            <Loading>
              <p className="py-8 text-center text-muted">{t("login.withLink")}</p>
            </Loading>
          ) : (
            <>
              <p className="text-muted">{t("login.intro")}</p>
              <Field label={t("login.key")} hint={t("login.keyHint")} error={refusal ? words(refusal) : ""}>
                {(control) => (
                  <Input
                    {...control}
                    type="password"
                    name="api_key"
                    dir="ltr"
                    autoComplete="current-password"
                    spellCheck={false}
                    value={key}
                    onChange={(event) => setKey(event.target.value)}
                  />
                )}
              </Field>
              <Button type="submit" look="primary" busy={busy}>
                {!busy && <KeyRound aria-hidden className="size-4.5" />}
                {busy ? t("login.submitting") : t("login.submit")}
              </Button>
            </>
          )}
        </form>
      </main>
    </div>
  );
}
