// Questions before something is lost.
import { ElMessageBox } from "element-plus";
import { h } from "vue";

import { t } from "../../i18n";

export interface Danger {
  title: string;
  /** What happens, in one sentence. */
  text: string;
  /** What will be lost, one line each. */
  lost?: string[];
  action: string;
}

/** True when the user wants it. Names what will be lost; the safe answer has the focus. */
export async function confirmDanger(question: Danger): Promise<boolean> {
  const lost = question.lost?.length
    ? [h("ul", { style: "margin:8px 0 0;padding-left:18px" }, question.lost.map((line) => h("li", line)))]
    : [];
  return ElMessageBox({
    title: question.title,
    message: h("div", { style: "line-height:22px" }, [h("p", question.text), ...lost]),
    showCancelButton: true,
    confirmButtonText: question.action,
    confirmButtonClass: "el-button--danger",
    cancelButtonText: t("common.cancel"),
    autofocus: false,
  }).then(
    () => true,
    () => false,
  );
}

export function confirmLeave(): Promise<boolean> {
  return ElMessageBox({
    title: t("settings.unsaved.title"),
    message: t("settings.unsaved.text"),
    showCancelButton: true,
    confirmButtonText: t("settings.unsaved.leave"),
    confirmButtonClass: "el-button--danger",
    cancelButtonText: t("settings.unsaved.stay"),
    autofocus: false,
  }).then(
    () => true,
    () => false,
  );
}

/** Asks for one line of text (a new name); undefined when the user gave up. */
export async function askText(title: string, label: string, value = "", placeholder = ""): Promise<string | undefined> {
  try {
    const answer = await ElMessageBox.prompt(label, title, {
      inputValue: value,
      inputPlaceholder: placeholder,
      confirmButtonText: t("common.save"),
      cancelButtonText: t("common.cancel"),
      inputValidator: (text: string) => (text?.trim() ? ([...text.trim()].length > 80 ? t("settings.tooLong", { n: 80 }) : true) : t("common.required")),
    });
    return (answer as { value: string }).value.trim();
  } catch {
    return undefined;
  }
}
