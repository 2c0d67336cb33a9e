// Words of rating reasons, learnt from the invitations and, for who may read them, from the settings.
import type { Invitation, RatingReason } from "@yingda/client";
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { currentLocale } from "../i18n";
import { api } from "../lib/api";
import { useLive } from "./live";

export const useRatings = defineStore("ratings", () => {
  const live = useLive();
  const kept = ref<RatingReason[]>([]);

  const words = computed(() => {
    const known = new Map(kept.value.map((reason) => [reason.key, reason]));
    for (const invitation of Object.values(live.state.invitations)) {
      for (const reason of invitation.reasons) known.set(reason.key, reason);
    }
    return known;
  });

  function reasonText(key: string): string {
    const reason = words.value.get(key);
    if (!reason) return key;
    return (currentLocale() === "en" ? reason.en : reason.zh_CN) || reason.zh_CN || reason.en || key;
  }

  /** What the customer was asked at the ends of this conversation's episodes. */
  async function load(conversation: string): Promise<Invitation[]> {
    const answer = await api.ratedEpisodes({ conversation_id: conversation, limit: 50 });
    const own = answer.items.map((item) => item.invitation).filter((item) => item.conversation_id === conversation);
    live.takeInvitations(own);
    return own;
  }

  async function loadReasons(): Promise<void> {
    const settings = await api.ratingSettings();
    kept.value = settings.channels.flatMap((channel) => channel.reasons);
  }

  return { reasonText, load, loadReasons };
});
