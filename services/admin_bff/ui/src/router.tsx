/** Which address shows which page. Pages are loaded when they are first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { parseRangeSearch } from "@/analytics/range";
import { isProblem } from "@/api/problem";
import { queryClient } from "@/api/query_client";
import { parseConversationSearch } from "@/conversations/search";
import { AppFrame } from "@/frame/app_frame";
import { Frameless, PageCrashed, PageLoading, PageNotFound } from "@/frame/page_states";
import { parseOrderSearch, parsePrintSearch } from "@/orders/search";
import { LoginPage } from "@/session/login_page";
import { sessionQuery } from "@/session/session";

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => (
    <Frameless>
      <PageNotFound />
    </Frameless>
  ),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string; ended?: boolean } => ({
    ...(typeof search.next === "string" && { next: search.next }),
    ...(search.ended === true && { ended: true }),
  }),
  component: LoginPage,
});

/** Everything behind the login. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!isProblem(error, 401)) throw error;
      throw redirect({ to: "/login", search: location.pathname === "/" ? {} : { next: location.href } });
    }
  },
  component: AppFrame,
  // Without a session there is nothing to put a frame around.
  errorComponent: (failure) => (
    <Frameless>
      <PageCrashed {...failure} />
    </Frameless>
  ),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/conversations", search: {} });
  },
});

const conversations = createRoute({
  getParentRoute: () => inside,
  path: "/conversations",
  validateSearch: parseConversationSearch,
  component: lazyRouteComponent(() => import("@/conversations/page"), "ConversationsPage"),
});

const conversation = createRoute({
  getParentRoute: () => conversations,
  path: "$conversationId",
});

const orders = createRoute({
  getParentRoute: () => inside,
  path: "/orders",
  validateSearch: parseOrderSearch,
  component: lazyRouteComponent(() => import("@/orders/page"), "OrdersPage"),
});

const order = createRoute({ getParentRoute: () => orders, path: "$orderId" });

const ordersPrint = createRoute({
  getParentRoute: () => inside,
  path: "/orders/print",
  validateSearch: parsePrintSearch,
  component: lazyRouteComponent(() => import("@/orders/print_page"), "OrdersPrintPage"),
});

const analytics = createRoute({
  getParentRoute: () => inside,
  path: "/analytics",
  validateSearch: parseRangeSearch,
  component: lazyRouteComponent(() => import("@/analytics/page"), "AnalyticsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    inside.addChildren([
      home,
      conversations.addChildren([conversation]),
      ordersPrint,
      orders.addChildren([order]),
      analytics,
    ]),
  ]),
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageCrashed,
  defaultNotFoundComponent: PageNotFound,
  // What an address says and its page does not know is taken out of it: it would reach the page past its parser.
  search: { strict: true },
  defaultPendingMs: 150,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
