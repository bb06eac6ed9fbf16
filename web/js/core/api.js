// Asks Martlet's own API. Every failure is one kind of error, with words for people.

const TIMEOUT_MILLISECONDS = 10_000;

/** A request that was not answered as hoped. */
export class ApiError extends Error {
  constructor(status, code, message, requestID) {
    super(message);
    this.name = "ApiError";
    /** The HTTP status; 0 when the server did not answer. */
    this.status = status;
    this.code = code;
    this.requestID = requestID;
  }
}

/** Reads `/api/v1/<path>`. */
export const get = (path, { signal } = {}) => ask("GET", path, undefined, signal);

/** Sends an object to `/api/v1/<path>`; gives what is answered. */
export const post = (path, object, { signal } = {}) => ask("POST", path, object, signal);

/** Deletes what `/api/v1/<path>` names. */
export const remove = (path, { signal } = {}) => ask("DELETE", path, undefined, signal);

async function ask(method, path, object, signal) {
  const limit = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const headers = { accept: "application/json" };
  if (object !== undefined) headers["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      headers,
      body: object === undefined ? undefined : JSON.stringify(object),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", limit.aborted ? "The server did not answer within 10 s." : "The server cannot be reached.");
  }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const error = body?.error ?? {};
  throw new ApiError(
    response.status,
    error.code ?? "unexpected",
    error.message ?? `The server answered with status ${response.status}.`,
    error.request_id ?? response.headers.get("x-request-id"),
  );
}

/** Reads every item of a list, page after page, up to `most`. */
export async function list(path, { signal, most = 1000 } = {}) {
  const items = [];
  let cursor = null;
  do {
    const page = cursor === null ? path : `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
    const body = await get(page, { signal });
    items.push(...(body.items ?? []));
    cursor = body.next ?? null;
  } while (cursor !== null && items.length < most);
  return { items: items.slice(0, most), complete: cursor === null && items.length <= most };
}
