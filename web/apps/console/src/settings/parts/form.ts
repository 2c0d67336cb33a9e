// A form's life: what is stored, what is written, whether they differ, and what the server refused, field by field.
import { ApiError } from "@yingda/client";
import { computed, ref, type Ref } from "vue";

import { errorText } from "../../lib/say";
import { at, clone, same } from "../model/values";

export interface FormOptions {
  /** Refusals that belong to one field though the server did not name it. */
  reasonFields?: Record<string, string>;
}

export function useForm<T extends object>(initial: T, options: FormOptions = {}) {
  const stored = ref(clone(initial)) as Ref<T>;
  const draft = ref(clone(initial)) as Ref<T>;
  const busy = ref(false);
  /** The form as it was refused: a field that was changed since shows no error any more. */
  const refused = ref<{ draft: T; fields: Record<string, string>; text: string } | null>(null) as Ref<{
    draft: T;
    fields: Record<string, string>;
    text: string;
  } | null>;

  const dirty = computed(() => !same(draft.value, stored.value));
  const errors = computed<Record<string, string>>(() => {
    const last = refused.value;
    if (!last) return {};
    return Object.fromEntries(
      Object.entries(last.fields).filter(([field]) => same(at(draft.value, field), at(last.draft, field))),
    );
  });
  /** What cannot be shown beside a field. */
  const problem = computed(() => {
    const last = refused.value;
    if (!last || (last.text === "" && Object.keys(errors.value).length === 0)) return "";
    return last.text;
  });

  function refuse(fields: Record<string, string>, text = ""): void {
    refused.value = { draft: clone(draft.value), fields, text };
  }

  function reset(value: T = stored.value): void {
    stored.value = clone(value);
    draft.value = clone(value);
    refused.value = null;
  }

  /** Runs a write; true when it went through. Refusals land beside the fields, anything else in `problem`. */
  async function submit(run: (value: T) => Promise<T | void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    refused.value = null;
    try {
      const sent = clone(draft.value);
      const answer = await run(sent);
      stored.value = clone(answer ?? sent);
      // Words written while the request was under way stay.
      if (same(draft.value, sent)) draft.value = clone(stored.value);
      return true;
    } catch (error) {
      const fields = error instanceof ApiError ? Object.fromEntries(error.fields.map((f) => [f.field, f.message])) : {};
      const field = error instanceof ApiError ? options.reasonFields?.[error.reason] : undefined;
      if (field && !fields[field]) fields[field] = (error as ApiError).message;
      const known = Object.keys(fields).every((name) => at(draft.value, name) !== undefined);
      refuse(fields, Object.keys(fields).length > 0 && known ? "" : errorText(error));
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { stored, draft, dirty, busy, errors, problem, refuse, reset, submit };
}
