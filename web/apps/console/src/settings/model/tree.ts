// The organisation's tree: units as nodes, teams as leaves.
import type { Id, Team, Unit, UnitKind, User } from "@yingda/client";

export const unitKinds: UnitKind[] = ["headquarters", "region", "province", "city", "centre"];

export interface UnitNode {
  unit: Unit;
  depth: number;
  children: UnitNode[];
  teams: Team[];
}

const byName = <T extends { name: string }>(a: T, b: T) => a.name.localeCompare(b.name, "zh-Hans-CN", { numeric: true });

/** Units whose parent is unknown stand at the top, so nothing is ever hidden. */
export function buildTree(units: Unit[], teams: Team[]): UnitNode[] {
  const nodes = new Map<Id, UnitNode>();
  for (const unit of [...units].sort(byName)) nodes.set(unit.id, { unit, depth: 0, children: [], teams: [] });
  for (const team of [...teams].sort(byName)) nodes.get(team.unit_id)?.teams.push(team);
  const roots: UnitNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.unit.parent_id ? nodes.get(node.unit.parent_id) : undefined;
    (parent?.children ?? roots).push(node);
  }
  const lower = (node: UnitNode, depth: number): void => {
    node.depth = depth;
    for (const child of node.children) lower(child, depth + 1);
  };
  for (const root of roots) lower(root, 0);
  return roots;
}

export function findNode(roots: UnitNode[], id: Id): UnitNode | undefined {
  for (const node of roots) {
    const found = node.unit.id === id ? node : findNode(node.children, id);
    if (found) return found;
  }
  return undefined;
}

/** From the root to the unit, the unit included. */
export function pathTo(units: Unit[], id: Id | undefined): Unit[] {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const path: Unit[] = [];
  for (let unit = id ? byId.get(id) : undefined; unit && !path.includes(unit); ) {
    path.unshift(unit);
    unit = unit.parent_id ? byId.get(unit.parent_id) : undefined;
  }
  return path;
}

/** A child's kind lies deeper than its parent's. */
export function kindsBelow(kind: UnitKind): UnitKind[] {
  return unitKinds.slice(unitKinds.indexOf(kind) + 1);
}

/** What a unit holds, with everything below it. */
export function weigh(node: UnitNode, users: User[]): { units: number; teams: number; people: number } {
  const total = { units: 0, teams: node.teams.length, people: users.filter((u) => u.unit_id === node.unit.id).length };
  for (const child of node.children) {
    const below = weigh(child, users);
    total.units += 1 + below.units;
    total.teams += below.teams;
    total.people += below.people;
  }
  return total;
}

export interface UnitOption {
  id: Id;
  name: string;
  depth: number;
  kind: UnitKind;
}

/** The tree as a list with depths, for a select. */
export function unitOptions(roots: UnitNode[]): UnitOption[] {
  return roots.flatMap((node) => [
    { id: node.unit.id, name: node.unit.name, depth: node.depth, kind: node.unit.kind },
    ...unitOptions(node.children),
  ]);
}
