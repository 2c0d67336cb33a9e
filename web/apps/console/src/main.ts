import "@yingda/ui/tokens.css";
import "./ui/base.css";
import "./ui/element.css";
import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "./App.vue";
import { i18n, setLocale } from "./i18n";
import { router } from "./router";
import { usePrefs } from "./stores/prefs";

async function start() {
  const app = createApp(App);
  app.use(createPinia());
  await setLocale(usePrefs().locale);
  app.use(i18n);
  app.use(router);
  app.mount("#app");
}

void start();
