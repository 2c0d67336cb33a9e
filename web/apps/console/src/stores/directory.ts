// Teams and colleagues by name, for labels, transfers and mentions.
import type { AgentStatus, Id, Team } from "@yingda/client";
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { api } from "../lib/api";
import { useLive } from "./live";

export const useDirectory = defineStore("directory", () => {
  const teams = ref<Team[]>([]);

  async function load(): Promise<void> {
    teams.value = (await api.teams()).items;
  }

  const teamNames = computed(() => new Map(teams.value.map((team) => [team.id, team.name])));
  const colleagues = computed<AgentStatus[]>(() =>
    Object.values(useLive().state.agents).sort((a, b) => a.name.localeCompare(b.name, "zh-Hans-CN")),
  );

  function teamName(id: Id | undefined): string {
    return (id && teamNames.value.get(id)) || "";
  }

  return { teams, colleagues, load, teamName };
});
