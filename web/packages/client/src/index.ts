export * from "./types";
export * from "./supervision";
export * from "./state";
export * from "./http";
export * from "./api";
export * from "./sync";
export * from "./outbox";
