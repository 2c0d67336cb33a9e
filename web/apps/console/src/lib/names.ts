import type { CustomerSummary } from "@yingda/client";

import { t } from "../i18n";

/** A known name, else the visitor's stable label. */
export function customerName(customer: Pick<CustomerSummary, "name" | "label">): string {
  if (customer.name) return customer.name;
  return customer.label ? t("common.visitor", { label: customer.label }) : t("common.visitorPlain");
}
