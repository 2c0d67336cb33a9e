import { createRouter, createWebHistory } from "vue-router";

import { sections } from "./settings/sections";
import { useSession } from "./stores/session";

declare module "vue-router" {
  interface RouteMeta {
    open?: boolean;
    title?: string;
  }
}

export const router = createRouter({
  history: createWebHistory("/console/"),
  routes: [
    { path: "/login", name: "login", component: () => import("./login/LoginPage.vue"), meta: { open: true } },
    { path: "/setup", name: "setup", component: () => import("./login/SetupPage.vue"), meta: { open: true } },
    {
      path: "/",
      component: () => import("./layout/AppShell.vue"),
      children: [
        { path: "", redirect: "/inbox/mine" },
        {
          path: "inbox/:box(mine|queue|all)/:id?",
          name: "inbox",
          component: () => import("./inbox/InboxPage.vue"),
        },
        {
          path: "supervision",
          component: () => import("./supervision/SupervisionPage.vue"),
          beforeEnter: () => (useSession().may("conversation_supervise") ? true : { path: "/" }),
          children: [
            { path: "", name: "supervision", component: () => import("./supervision/BoardView.vue") },
            { path: "follow-ups", name: "follow-ups", component: () => import("./supervision/FollowUpsView.vue") },
          ],
        },
        { path: "day/:id?", name: "day", component: () => import("./supervision/DayPage.vue") },
        {
          path: "settings",
          component: () => import("./settings/SettingsLayout.vue"),
          children: [
            { path: "", name: "settings", component: () => import("./settings/SettingsHome.vue") },
            ...sections.map((section) => ({
              path: section.path ?? section.key,
              name: `settings-${section.key}`,
              component: section.component,
              beforeEnter: () => (section.visible(useSession()) ? true : { path: "/settings" }),
            })),
          ],
        },
      ],
    },
    { path: "/:rest(.*)*", redirect: "/inbox/mine" },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  let known: boolean;
  try {
    known = await session.restore();
  } catch {
    // The server cannot be reached: the login page says so and offers to try again.
    return to.name === "login" ? true : { name: "login", query: { back: to.fullPath } };
  }
  if (session.setupNeeded) return to.name === "setup" ? true : { name: "setup" };
  if (to.name === "setup") return { path: "/" };
  if (!known && !to.meta.open) return { name: "login", query: { back: to.fullPath } };
  if (known && to.name === "login") return { path: "/" };
  return true;
});
