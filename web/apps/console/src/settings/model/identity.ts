// Sample code for proving a customer's identity: HMAC-SHA256 of the customer's id in base64url without padding, computed
// on the company's server, so the key never reaches a browser.

export const samples = ["node", "php", "java", "python"] as const;
export type Sample = (typeof samples)[number];

const node = `import { createHmac } from "node:crypto";

const key = process.env.YINGDA_IDENTITY_KEY;

export function signature(customerId) {
  return createHmac("sha256", key).update(String(customerId)).digest("base64url");
}`;

const php = `<?php
$key = getenv('YINGDA_IDENTITY_KEY');

function yingda_signature(string $customerId, string $key): string {
    $mac = hash_hmac('sha256', $customerId, $key, true);
    return rtrim(strtr(base64_encode($mac), '+/', '-_'), '=');
}`;

const java = `import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class YingdaIdentity {
  public static String signature(String customerId, String key) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] digest = mac.doFinal(customerId.getBytes(StandardCharsets.UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}`;

const python = `import base64
import hashlib
import hmac
import os

key = os.environ["YINGDA_IDENTITY_KEY"]

def signature(customer_id: str) -> str:
    mac = hmac.new(key.encode(), customer_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()`;

export const serverCode: Record<Sample, string> = { node, php, java, python };

/** What the page does with the signature its server computed. */
export const pageCode = `<script>
  window.Yingda = window.Yingda || { q: [] };
  const identity = {
    external_id: "u-20918",   // your own id of the customer
    signature: "…",           // computed by your server, see above
    name: "Lin Xiaowen",      // optional: name, email, phone, level, attributes
    level: "VIP"
  };
  if (Yingda.q) Yingda.q.push(["identify", identity]);
  else Yingda.identify(identity);
</${"script"}>`;
