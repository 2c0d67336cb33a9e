// One door to the server: JSON, CSRF token, idempotency keys, deadlines, and errors as one class.

import type { ErrorBody, FieldError } from "./types";

/** A refused or failed request. `reason` is the server's dotted key, or `client.offline` / `client.timeout`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly reason: string;
  readonly fields: FieldError[];
  readonly retryAfterS: number;

  constructor(status: number, body: ErrorBody, retryAfterS = 0) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.reason = body.reason;
    this.fields = body.fields ?? [];
    this.retryAfterS = retryAfterS;
  }

  /** Nothing was refused: the server was not reached or is busy, the same request may go through later. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 499 || this.status >= 500;
  }
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface HttpOptions {
  base: string;
  fetch?: typeof fetch;
  csrf: () => string;
  language: () => string;
  /** The session is over (401 on anything but a login). */
  onUnauthenticated: () => void;
}

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  idempotencyKey?: string;
  /** Milliseconds until the request counts as failed. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function queryString(query: Query | undefined): string {
  if (!query) return "";
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parts.set(key, String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}

async function failure(response: Response): Promise<ApiError> {
  const retry = Number(response.headers.get("Retry-After") ?? 0) || 0;
  try {
    const body = (await response.json()) as ErrorBody;
    if (typeof body.reason === "string") return new ApiError(response.status, body, retry);
  } catch {
    // Not our server's answer (a proxy's page): fall through to a plain status.
  }
  const body = { code: "unavailable", reason: `http.${response.status}`, message: `HTTP ${response.status}` };
  return new ApiError(response.status, body, retry);
}

export class Http {
  private readonly options: HttpOptions;

  constructor(options: HttpOptions) {
    this.options = options;
  }

  get base(): string {
    return this.options.base;
  }

  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const headers: Record<string, string> = { "Accept-Language": this.options.language() };
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (method !== "GET") {
      headers["X-CSRF-Token"] = this.options.csrf();
      headers["Idempotency-Key"] = options.idempotencyKey ?? newKey();
    }
    if (options.body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    const deadline = AbortSignal.timeout(options.timeoutMs ?? 20_000);
    init.signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    let response: Response;
    try {
      response = await (this.options.fetch ?? fetch)(this.options.base + path + queryString(options.query), init);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      const reason = deadline.aborted ? "client.timeout" : "client.offline";
      throw new ApiError(0, { code: "unavailable", reason, message: reason });
    }
    if (!response.ok) {
      const error = await failure(response);
      // A wrong second factor is refused with 401 too, and says nothing about the session.
      const sessionOver = !path.startsWith("/auth/login") && error.reason !== "auth.wrong_code";
      if (response.status === 401 && sessionOver) this.options.onUnauthenticated();
      throw error;
    }
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  }

  get<T>(path: string, query?: Query, options: RequestOptions = {}): Promise<T> {
    return this.request<T>("GET", path, { ...options, query });
  }
  post<T>(path: string, body?: unknown, options: RequestOptions = {}): Promise<T> {
    return this.request<T>("POST", path, { ...options, body: body ?? {} });
  }
  put<T>(path: string, body?: unknown): Promise<T> {
    return this.request<T>("PUT", path, { body: body ?? {} });
  }
  patch<T>(path: string, body: unknown): Promise<T> {
    return this.request<T>("PATCH", path, { body });
  }
  delete<T>(path: string): Promise<T> {
    return this.request<T>("DELETE", path);
  }

  /** Raw upload with progress (fetch cannot report any). `onProgress` gets 0..1. */
  upload<T>(path: string, file: Blob, onProgress: (share: number) => void, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.options.base + path);
      request.setRequestHeader("X-CSRF-Token", this.options.csrf());
      request.setRequestHeader("Idempotency-Key", newKey());
      request.setRequestHeader("Accept-Language", this.options.language());
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      };
      const offline = () =>
        reject(new ApiError(0, { code: "unavailable", reason: "client.offline", message: "client.offline" }));
      request.onerror = offline;
      request.onabort = () => reject(new DOMException("aborted", "AbortError"));
      request.onload = () => {
        let body: unknown;
        try {
          body = JSON.parse(request.responseText);
        } catch {
          body = undefined;
        }
        if (request.status >= 200 && request.status < 300 && body !== undefined) return resolve(body as T);
        const plain = { code: "unavailable", reason: `http.${request.status}`, message: `HTTP ${request.status}` };
        reject(new ApiError(request.status, (body as ErrorBody | undefined) ?? plain));
      };
      signal?.addEventListener("abort", () => request.abort());
      request.send(file);
    });
  }
}
