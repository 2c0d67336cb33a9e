// Where messages on their way survive a reload: one localStorage entry each.
import type { Id, OutboxKeeper, Outgoing } from "@yingda/client";

export function outboxKeeper(user: Id, storage: Storage = localStorage): OutboxKeeper {
  const prefix = `yd.out.${user}.`;
  return {
    load() {
      const items: Outgoing[] = [];
      for (let i = 0; i < storage.length; i += 1) {
        const key = storage.key(i);
        if (!key?.startsWith(prefix)) continue;
        try {
          items.push(JSON.parse(storage.getItem(key) ?? "") as Outgoing);
        } catch {
          storage.removeItem(key);
        }
      }
      return items;
    },
    put(item) {
      try {
        storage.setItem(prefix + item.body.client_msg_id, JSON.stringify(item));
      } catch {
        // Storage full or forbidden: the message still goes out as long as this page lives.
      }
    },
    remove(key) {
      storage.removeItem(prefix + key);
    },
  };
}
