/** Where to go after the login: a place inside the dashboard, and nowhere else. */

export function safeReturnPath(path: string | undefined): string {
  if (!path?.startsWith("/") || path.startsWith("//") || path.includes("\\")) return "/conversations";
  const url = new URL(path, "http://dashboard.invalid");
  if (url.host !== "dashboard.invalid" || url.pathname === "/login") return "/conversations";
  return url.pathname + url.search;
}
