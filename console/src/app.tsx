import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createBrowserRouter, RouterProvider } from "react-router";
import { Refusal } from "./api/call";
import { ConsoleFailed, PageFailed } from "./shell/page-failed";
import { PageLoading } from "./shell/page-loading";
import { Shell } from "./shell/shell";

/** Every page is a chunk of its own; a page's module exports it as `Component`. */
const router = createBrowserRouter(
  [
    {
      path: "/sign-in",
      lazy: () => import("./session/sign-in-page"),
      errorElement: <ConsoleFailed />,
      hydrateFallbackElement: <PageLoading />,
    },
    {
      element: <Shell />,
      errorElement: <ConsoleFailed />,
      children: [
        {
          // Breaks of a page leave the frame around it standing, and it is there before the first page is.
          errorElement: <PageFailed />,
          hydrateFallbackElement: <PageLoading />,
          children: [
            { index: true, lazy: () => import("./dashboard/dashboard-page") },
            { path: "events", lazy: () => import("./history/history-page") },
            { path: "events/compare", lazy: () => import("./history/compare-page") },
            { path: "events/:eventId", lazy: () => import("./history/event-page") },
            { path: "timeline", lazy: () => import("./history/timeline-page") },
            { path: "trails", lazy: () => import("./trails/trails-page") },
            { path: "trails/create", lazy: () => import("./trails/create-trail-page") },
            { path: "trails/detail", lazy: () => import("./trails/trail-page") },
            { path: "trails/edit", lazy: () => import("./trails/edit-trail-page") },
            { path: "delivery", lazy: () => import("./trails/delivery-page") },
            { path: "insights", lazy: () => import("./insights/insights-page") },
            { path: "insights/:eventId", lazy: () => import("./insights/insight-page") },
            { path: "integrity", lazy: () => import("./integrity/integrity-page") },
            { path: "account", lazy: () => import("./account/account-page") },
            { path: "switch-role", lazy: () => import("./session/switch-role-page") },
            { path: "*", lazy: () => import("./shell/not-found-page") },
          ],
        },
      ],
    },
  ],
  { basename: import.meta.env.BASE_URL.replace(/\/$/, "") },
);

/** Cairn may run where the browser is: what the browser thinks of the network says nothing about it. */
const networkMode = "always";

/** An answer is not asked for again after a refusal: only where none came. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => error instanceof Refusal && error.code === "Unreachable" && failures < 2,
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      networkMode,
    },
    mutations: { networkMode },
  },
});

export function App() {
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  );
}
