// People, roles, teams and units as the settings see them; loaded when first needed.
import type { Id, Role, Team, Unit, User } from "@yingda/client";
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { api } from "../lib/api";
import { t } from "../i18n";
import { useDirectory } from "../stores/directory";
import { buildTree, pathTo, unitOptions } from "./model/tree";

/** Beyond this many people the list asks for a search instead of loading on. */
export const usersMax = 2_000;

export const useOrg = defineStore("settings-org", () => {
  const units = ref<Unit[]>([]);
  const teams = ref<Team[]>([]);
  const roles = ref<Role[]>([]);
  const users = ref<User[]>([]);
  const usersCut = ref(false);

  const tree = computed(() => buildTree(units.value, teams.value));
  const options = computed(() => unitOptions(tree.value));
  const rolesById = computed(() => new Map(roles.value.map((role) => [role.id, role])));
  const teamsById = computed(() => new Map(teams.value.map((team) => [team.id, team])));
  const usersById = computed(() => new Map(users.value.map((user) => [user.id, user])));

  async function loadUnits(): Promise<void> {
    units.value = (await api.units()).items;
  }
  async function loadTeams(): Promise<void> {
    teams.value = (await api.teams()).items;
    useDirectory().teams = teams.value;
  }
  async function loadRoles(): Promise<void> {
    roles.value = (await api.roles()).items;
  }
  async function fetchUsers(search = ""): Promise<{ items: User[]; cut: boolean }> {
    const items: User[] = [];
    for (let after = ""; ; ) {
      const page = await api.users({ search, after });
      items.push(...page.items);
      after = page.next;
      if (!after || items.length >= usersMax) return { items, cut: Boolean(after) };
    }
  }
  async function loadUsers(): Promise<void> {
    const all = await fetchUsers();
    users.value = all.items;
    usersCut.value = all.cut;
  }

  function roleName(role: Role | undefined): string {
    if (!role) return "";
    return role.key ? t(`common.role.${role.key}`) : role.name;
  }
  function unitPath(id: Id | undefined): string {
    return pathTo(units.value, id)
      .map((unit) => unit.name)
      .join(" / ");
  }
  /** The name behind an id of any kind, as far as it is loaded. */
  function nameOf(id: Id): string {
    const named = usersById.value.get(id) ?? teamsById.value.get(id) ?? units.value.find((unit) => unit.id === id);
    return named?.name ?? roleName(rolesById.value.get(id));
  }
  function takeUser(user: User): void {
    const at = users.value.findIndex((one) => one.id === user.id);
    if (at < 0) users.value.push(user);
    else users.value[at] = user;
  }

  return {
    units,
    teams,
    roles,
    users,
    usersCut,
    tree,
    options,
    rolesById,
    teamsById,
    usersById,
    loadUnits,
    loadTeams,
    loadRoles,
    loadUsers,
    fetchUsers,
    roleName,
    unitPath,
    nameOf,
    takeUser,
  };
});
