// Who is logged in and what he may do.
import { ApiError, type Permission, type SessionInfo, type SetupRequest } from "@yingda/client";
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { api, setCsrf, whenUnauthenticated } from "../lib/api";
import { usePrefs } from "./prefs";

export const useSession = defineStore("session", () => {
  const info = ref<SessionInfo | null>(null);
  /** The first question to the server has been answered. */
  const asked = ref(false);
  const setupNeeded = ref(false);
  const demo = ref(false);

  function take(value: SessionInfo): SessionInfo {
    info.value = value;
    setCsrf(value.csrf_token);
    return value;
  }

  function forget(): void {
    info.value = null;
    setCsrf("");
  }
  whenUnauthenticated(forget);

  /** Asks once; false when nobody is logged in. Throws when the server cannot be reached. */
  async function restore(): Promise<boolean> {
    if (!asked.value) {
      const setup = await api.setup();
      setupNeeded.value = setup.needed;
      demo.value = setup.demo;
      if (!setupNeeded.value) {
        try {
          take(await api.session());
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 401) throw error;
        }
      }
      asked.value = true;
    }
    return info.value !== null;
  }

  async function login(body: { login: string; password: string; code?: string; company?: string }): Promise<void> {
    const value = take(await api.login(body));
    usePrefs().locale = value.user.locale;
  }

  async function runSetup(body: SetupRequest): Promise<void> {
    take(await api.runSetup(body));
    usePrefs().locale = body.locale;
    setupNeeded.value = false;
  }

  async function logout(): Promise<void> {
    try {
      await api.logout();
    } finally {
      forget();
    }
  }

  /** Fresh rights and names (after a resync or a change of the own profile). */
  async function refresh(): Promise<SessionInfo> {
    return take(await api.session());
  }

  function may(permission: Permission): boolean {
    return info.value?.permissions.includes(permission) ?? false;
  }

  return {
    info,
    asked,
    setupNeeded,
    demo,
    me: computed(() => info.value?.user ?? null),
    tenant: computed(() => info.value?.tenant ?? null),
    restore,
    login,
    runSetup,
    logout,
    refresh,
    forget,
    may,
  };
});
