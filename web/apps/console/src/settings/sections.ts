// The settings' table of contents: who sees what. A section is one lazily loaded page.
import type { Permission } from "@yingda/client";
import {
  BellRing,
  Building2,
  Coffee,
  Grid3x3,
  KeyRound,
  ListOrdered,
  Mail,
  MessageCircleCode,
  MessagesSquare,
  Network,
  ScrollText,
  ShieldCheck,
  Signpost,
  Star,
  UserCog,
  Users,
} from "@lucide/vue";
import type { Component } from "vue";

interface Rights {
  may: (permission: Permission) => boolean;
}

export interface Section {
  key: string;
  /** Where it differs from the key: a page with things of its own inside. */
  path?: string;
  group: "personal" | "service" | "routing" | "company" | "developer";
  icon: Component;
  visible: (session: Rights) => boolean;
  component: () => Promise<unknown>;
}

const needs = (permission: Permission) => (session: Rights) => session.may(permission);

export const sections: Section[] = [
  {
    key: "profile",
    group: "personal",
    icon: UserCog,
    visible: () => true,
    component: () => import("./profile/ProfilePage.vue"),
  },
  {
    key: "canned",
    group: "service",
    icon: MessagesSquare,
    visible: () => true,
    component: () => import("./canned/CannedPage.vue"),
  },
  {
    key: "widget",
    path: "widget/:id?",
    group: "service",
    icon: MessageCircleCode,
    visible: needs("settings_manage"),
    component: () => import("./widget/WidgetPage.vue"),
  },
  {
    key: "queues",
    path: "queues/:id?",
    group: "routing",
    icon: ListOrdered,
    visible: needs("settings_manage"),
    component: () => import("./queues/QueuesPage.vue"),
  },
  {
    key: "entrance",
    group: "routing",
    icon: Signpost,
    visible: needs("settings_manage"),
    component: () => import("./entrance/EntrancePage.vue"),
  },
  {
    key: "skills",
    group: "routing",
    icon: Grid3x3,
    visible: needs("settings_manage"),
    component: () => import("./skills/SkillsPage.vue"),
  },
  {
    key: "rating",
    group: "routing",
    icon: Star,
    visible: needs("settings_manage"),
    component: () => import("./rating/RatingPage.vue"),
  },
  {
    key: "reasons",
    group: "routing",
    icon: Coffee,
    visible: needs("settings_manage"),
    component: () => import("./reasons/ReasonsPage.vue"),
  },
  {
    key: "alarms",
    group: "routing",
    icon: BellRing,
    visible: needs("settings_manage"),
    component: () => import("./alarms/AlarmsPage.vue"),
  },
  {
    key: "mail",
    group: "routing",
    icon: Mail,
    visible: needs("settings_manage"),
    component: () => import("./mail/MailPage.vue"),
  },
  {
    key: "agents",
    group: "company",
    icon: Users,
    visible: needs("org_manage"),
    component: () => import("./agents/AgentsPage.vue"),
  },
  {
    key: "teams",
    path: "teams/:id?",
    group: "company",
    icon: Network,
    visible: needs("org_manage"),
    component: () => import("./teams/TeamsPage.vue"),
  },
  {
    key: "roles",
    group: "company",
    icon: ShieldCheck,
    visible: needs("org_manage"),
    component: () => import("./roles/RolesPage.vue"),
  },
  {
    key: "company",
    group: "company",
    icon: Building2,
    visible: needs("settings_manage"),
    component: () => import("./company/CompanyPage.vue"),
  },
  {
    key: "tokens",
    group: "developer",
    icon: KeyRound,
    visible: needs("token_manage"),
    component: () => import("./tokens/TokensPage.vue"),
  },
  {
    key: "audit",
    group: "developer",
    icon: ScrollText,
    visible: needs("audit_view"),
    component: () => import("./audit/AuditPage.vue"),
  },
];

export const groups = ["personal", "service", "routing", "company", "developer"] as const;
