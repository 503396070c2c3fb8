/** Who is logged in, and the way out. */
import { useNavigate } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { initials } from "@/format/text";
import { logOut, useSession } from "@/session/session";
import { Foreign } from "@/ui/foreign";
import { Menu, MenuItem, MenuLine, MenuNote } from "@/ui/menu";
import { notifyFailure } from "@/ui/toast";

export function useSignOut(): () => void {
  const navigate = useNavigate();
  return () => {
    logOut().then(() => navigate({ to: "/login", search: {} }), notifyFailure);
  };
}

export function AccountMenu() {
  const { t } = useTranslation();
  const session = useSession();
  const signOut = useSignOut();
  return (
    <Menu
      trigger={
        <button
          type="button"
          title={session.staff_name}
          className="ms-1 flex size-9 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent-ink text-sm hover:ring-2 hover:ring-accent"
        >
          {initials(session.staff_name) || "?"}
          <span className="sr-only">
            {t("frame.account")}: {session.staff_name}
          </span>
        </button>
      }
    >
      <MenuNote>
        <p className="font-medium text-ink">
          <Foreign>{session.staff_name}</Foreign>
        </p>
        <p>{t(`frame.roles.${session.role}`)}</p>
        {session.role === "viewer" && <p className="mt-1">{t("frame.viewerNote")}</p>}
      </MenuNote>
      <MenuLine />
      <MenuItem onSelect={signOut}>
        <LogOut aria-hidden className="size-4.5 text-muted rtl:-scale-x-100" />
        {t("frame.signOut")}
      </MenuItem>
    </Menu>
  );
}
