/**
 * Client of a Lookalike service, for browsers and Node 18 or newer; one module, no dependency.
 *
 *   import { Lookalike } from './lookalike.js';
 *   const client = new Lookalike({ apiKey, baseUrl: 'https://shop.example/lookalike' });
 *   const similar = await client.retrieve({ query: { type: 'product', product_id: 'SKU-1' } });
 *
 * Calls take one object with the names of the HTTP API.  A key that is undefined or null was not
 * given.  Answers that are lists are arrays, with what was said beside them as properties.
 */

export const DEFAULT_URL = 'http://127.0.0.1:8000';
/** Too often, or not now. */
const LATER = [429, 503];
const LONGEST_WAIT_MS = 10_000;
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 2_000;
const UNFINISHED = new Set(['queued', 'running', 'canceling']);

/** What went wrong; `code` is stable, `hint` says what to do, `status` is that of HTTP. */
export class LookalikeError extends Error {
  constructor(message, { code = 'error', hint = '', status, cause } = {}) {
    super(hint ? `${message} ${hint}` : message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
    this.status = status;
  }
}

/** The request can never work; repeating it will not help. */
export class InvalidInput extends LookalikeError {
  constructor(message, more = {}) {
    super(message, { code: 'invalid_input', ...more });
  }
}

/** It is not there. */
export class NotFound extends LookalikeError {
  constructor(message, more = {}) {
    super(message, { code: 'not_found', ...more });
  }
}

/** Somebody else is at it, or it is already something else. */
export class Conflict extends LookalikeError {
  constructor(message, more = {}) {
    super(message, { code: 'conflict', ...more });
  }
}

/** Works later or elsewhere. */
export class Unavailable extends LookalikeError {
  constructor(message, more = {}) {
    super(message, { code: 'unavailable', ...more });
  }
}

/** The service does not know who asks: no key, or one that is wrong, expired or revoked. */
export class Unauthorized extends LookalikeError {
  constructor(message, more = {}) {
    super(message, { code: 'unauthorized', ...more });
  }
}

/** It knows who asks, and the key does not open this. */
export class Forbidden extends LookalikeError {
  constructor(message, more = {}) {
    super(message, { code: 'forbidden', ...more });
  }
}

/** Too many requests in too short a time. */
export class RateLimited extends Unavailable {
  constructor(message, more = {}) {
    super(message, { code: 'rate_limited', ...more });
  }
}

/** A job that was waited for did not succeed; `job` says how far it came. */
export class JobFailed extends LookalikeError {
  constructor(job) {
    super(`The job ${job.job_id} is ${job.state}: ${job.message ?? 'it does not say why'}.`, {
      code: 'job_failed',
    });
    this.job = job;
  }
}

/** A Lookalike service. */
export class Lookalike {
  #link;
  #only;

  /**
   * apiKey      sent as `Authorization: Bearer`; else LOOKALIKE_API_KEY
   * baseUrl     else LOOKALIKE_URL, else http://127.0.0.1:8000
   * collection  of calls that name none; else LOOKALIKE_COLLECTION, else the only one there is
   * timeoutMs   of one request
   * retries     further attempts after a broken connection, a 429 or a 503; what changes something is sent
   *             again with the same Idempotency-Key, so it is done once
   * backoffMs   before the first of them; doubles each time, between half and all of it
   * fetch       another fetch
   * userToken   for a storefront key: which user it speaks for (`userToken` on the server)
   */
  constructor({
    apiKey, baseUrl, collection, timeoutMs = 30_000, retries = 2, backoffMs = 200, fetch,
    userToken,
  } = {}) {
    const url = (baseUrl || variable('LOOKALIKE_URL') || DEFAULT_URL).replace(/\/+$/, '');
    if (!/^(https?:\/\/|\/)/.test(url)) {
      throw new InvalidInput(`The address "${url}" of the service is not one of http or https.`, {
        hint: `Write it out, for example ${DEFAULT_URL}.`,
      });
    }
    const key = apiKey || variable('LOOKALIKE_API_KEY');
    this.#link = {
      url,
      headers: {
        Accept: 'application/json',
        ...(key ? { Authorization: `Bearer ${key}` } : {}),
        ...(userToken ? { 'Lookalike-User': userToken } : {}),
      },
      collection: collection || variable('LOOKALIKE_COLLECTION'),
      timeoutMs,
      retries,
      backoffMs,
      fetch: fetch ?? ((...given) => globalThis.fetch(...given)),
    };
    this.buckets = {
      connect: (request, options) => this.#connect(request, options),
      plan: (request) => this.#connect({ ...given(request), dry_run: true }),
    };
    this.collections = {
      get: (...names) => this.#product(...names),
      list: async () => (await this.#get('/collections')).collections,
      facets: async (where = {}) =>
        (await this.#get(await this.#in(where.collection_id, 'facets'))).facets,
    };
    this.products = {
      get: (...names) => this.#product(...names),
      list: (request) => this.#products(request),
      upsert: (request) => this.#upsert(request),
      delete: async (sku, where = {}) => {
        await this.#send('DELETE', await this.#in(where.collection_id, 'products', sku));
      },
      patch: async (patches, where = {}) =>
        this.#send('PATCH', await this.#in(where.collection_id, 'products'), { body: patches }),
      duplicates: async (request) => {
        const { collection_id, kinds, ...asked } = given(request);
        return this.#get(await this.#in(collection_id, 'duplicates'), { ...asked, kind: kinds });
      },
    };
    this.attributes = {
      get: async (sku, name, where) => this.#get(await this.#attribute(sku, name, where)),
      decide: async (sku, name, value, { by = '', ...where } = {}) =>
        this.#send('PUT', await this.#attribute(sku, name, where), { body: { value, by } }),
      forget: async (sku, name, where) => {
        await this.#send('DELETE', await this.#attribute(sku, name, where));
      },
      conflicts: async (request) => {
        const { collection_id, ...asked } = given(request);
        return this.#get(await this.#in(collection_id, 'conflicts'), asked);
      },
      unknownWords: async (where = {}) =>
        (await this.#get(await this.#in(where.collection_id, 'unknown-words'))).unknown_words,
    };
    this.looks = {
      slots: async (where = {}) => this.#get(await this.#in(where.collection_id, 'slots')),
      setSlot: async (kind, slot, where = {}) =>
        this.#send('PUT', await this.#in(where.collection_id, 'slots', kind), { body: { slot } }),
      forgetSlot: async (kind, where = {}) => {
        await this.#send('DELETE', await this.#in(where.collection_id, 'slots', kind));
      },
      setType: async (name, request) => {
        const { collection_id, ...body } = given(request);
        return this.#send('PUT', await this.#in(collection_id, 'look-types', name), { body });
      },
      forgetType: async (name, where = {}) => {
        await this.#send('DELETE', await this.#in(where.collection_id, 'look-types', name));
      },
    };
    this.encoders = {
      swap: (encoder, { compare, dry_run, ...more } = {}) =>
        this.#encoders('swap', { encoder, compare, dry_run }, more),
      rollback: ({ compare, ...more } = {}) => this.#encoders('rollback', { compare }, more),
    };
    this.jobs = {
      get: (id) => this.#get(path('jobs', id)),
      list: async ({ limit } = {}) => (await this.#get('/jobs', { limit })).jobs,
      wait: (id, options) => this.#wait(id, options),
      problems: async (id, { offset, limit } = {}) =>
        (await this.#get(path('jobs', id, 'problems'), { offset, limit })).problems,
      cancel: (id) => this.#send('POST', path('jobs', id, 'cancel'), { safe: true }),
      resume: (id) => this.#send('POST', path('jobs', id, 'resume')),
    };
    this.keys = {
      create: (request) => this.#send('POST', '/keys', { body: given(request), once: true }),
      list: async () => (await this.#get('/keys')).keys,
      revoke: async (id, { forget } = {}) => {
        await this.#send('DELETE', path('keys', id), { params: forget ? { forget: true } : {}, once: true });
      },
      rotate: (id, { grace_hours } = {}) =>
        this.#send('POST', path('keys', id, 'rotate'), { body: given({ grace_hours }), once: true }),
    };
    this.recommendations = {
      getComplementary: (request) => this.#complementary(request),
      fromScene: (request) => this.#scene(request),
      quiz: (request) => this.#quiz(request),
    };
    this.rules = {
      list: async (where = {}) =>
        (await this.#get(await this.#in(where.collection_id, 'rules'))).rules,
      get: async (name, where = {}) =>
        this.#get(await this.#in(where.collection_id, 'rules', name)),
      set: async (name, request) => {
        const { collection_id, ...asked } = given(request);
        return this.#send('PUT', await this.#in(collection_id, 'rules', name), { body: asked });
      },
      delete: async (name, where = {}) => {
        await this.#send('DELETE', await this.#in(where.collection_id, 'rules', name));
      },
      preview: async (request) => {
        const { collection_id, ...asked } = given(request);
        return this.#send('POST', await this.#in(collection_id, 'rules', 'preview'), {
          body: asked, safe: true,
        });
      },
    };
    this.users = {
      updatePreferences: (request) => this.#preferences(request),
      get: (user, where) => this.#about('GET', user, where),
      export: (user, where) => this.#about('GET', user, where, 'export'),
      decide: (user, action, { taste, ...where } = {}) =>
        this.#about('POST', user, where, 'controls', given({ action, taste })),
      login: async (user, { anonymous_id, ...where }) => {
        await this.#about('POST', user, where, 'login', { anonymous_id });
      },
      erase: (user, where) => this.#about('DELETE', user, where),
      feed: async (user, request) => {
        const { collection_id, ...asked } = given(request);
        const where = await this.#in(collection_id, 'users', user, 'feed');
        return listed(await this.#get(where, asked), 'recommendations');
      },
      receipts: async (where = {}) =>
        (await this.#get(await this.#in(where.collection_id, 'receipts'))).receipts,
      verify: async (receipt, { user_id, collection_id } = {}) =>
        this.#send('POST', await this.#in(collection_id, 'receipts', 'verify'), {
          body: given({ receipt, user_id }), safe: true,
        }),
    };
    this.events = { record: (events, options) => this.#record(events, options) };
  }

  /** The products nearest to `query`, best first. */
  async retrieve(request) {
    const { collection_id, ...asked } = given(request);
    const where = await this.#in(collection_id, 'retrieve');
    return listed(await this.#send('POST', where, { body: asked, safe: true }), 'recommendations');
  }

  /** Why a product is not in the answer to a question, or where it stands. */
  async whyNot(sku, request) {
    const { collection_id, ...asked } = given(request);
    return this.#send('POST', await this.#in(collection_id, 'why-not', sku), {
      body: asked, safe: true,
    });
  }

  /** Where the images of two products are alike: rows of patches, which sum to `similarity`. */
  async match(sku, other, where = {}) {
    return this.#get(await this.#in(where.collection_id, 'match'), { sku, other });
  }

  /** Keep a photo (a Blob, File, ArrayBuffer or typed array) for an hour; see `upload_id`. */
  async upload(data, where = {}) {
    const form = new FormData();
    form.append('file', data instanceof Blob ? data : new Blob([data]), 'photo');
    return this.#send('POST', await this.#in(where.collection_id, 'uploads'), { form });
  }

  /** Whether the service answers, its version and what every collection holds. */
  health() {
    return this.#get('/health');
  }

  /** Whether to send requests there; rejects with Unavailable, saying why not. */
  ready() {
    return this.#get('/ready');
  }

  async #connect(request, { wait = false, waitMs } = {}) {
    const { collection_id, ...asked } = given(request);
    const name = collection_id ?? this.#link.collection; // it may not be there yet
    if (!name) {
      throw new InvalidInput('The call names no collection_id.', {
        hint: "Give collection_id: 'product-catalog'.",
      });
    }
    const job = await this.#send('POST', path('collections', name, 'connect'), { body: asked });
    return wait && !asked.dry_run ? this.#wait(job.job_id, { waitMs }) : job;
  }

  async #encoders(what, asked, { wait = false, waitMs, collection_id }) {
    const where = await this.#in(collection_id, what);
    const job = await this.#send('POST', where, { body: given(asked) });
    return wait ? this.#wait(job.job_id, { waitMs }) : job;
  }

  #attribute(sku, name, where) {
    return this.#in(where?.collection_id, 'products', sku, 'attributes', name);
  }

  async #wait(id, { waitMs = Infinity } = {}) {
    let pause = FIRST_LOOK_MS;
    for (let waited = 0; ; waited += pause, pause = Math.min(pause * 1.5, LONGEST_LOOK_MS)) {
      const job = await this.jobs.get(id);
      if (job.state === 'succeeded') return job;
      if (!UNFINISHED.has(job.state)) throw new JobFailed(job);
      if (waited >= waitMs) {
        throw new Unavailable(`The job ${id} still runs after ${waitMs} ms.`, {
          hint: 'It goes on; look at it with jobs.get or wait again.',
        });
      }
      await sleep(pause);
    }
  }

  async #product(first, second) {
    const [name, sku] = second === undefined ? [undefined, first] : [first, second];
    return this.#get(await this.#in(name, 'products', sku));
  }

  async #products(request) {
    const { collection_id, ...asked } = given(request);
    return listed(await this.#get(await this.#in(collection_id, 'products'), asked), 'products');
  }

  async #upsert(request) {
    const { collection_id, sku, ...body } = given(request);
    if (!sku) throw new InvalidInput('The call names no sku.', { hint: "Give sku: 'SKU-123'." });
    return this.#send('PUT', await this.#in(collection_id, 'products', sku), { body });
  }

  async #complementary(request) {
    const { collection_id, ...asked } = given(request);
    const where = await this.#in(collection_id, 'looks');
    return listed(await this.#send('POST', where, { body: asked, safe: true }), 'complementary_items');
  }

  async #scene(request) {
    const { collection_id, ...body } = given(request);
    return this.#send('POST', await this.#in(collection_id, 'looks', 'scene'), { body, safe: true });
  }

  async #quiz(request) {
    const { collection_id, ...asked } = given(request);
    return (await this.#get(await this.#in(collection_id, 'quiz'), asked)).products;
  }

  async #preferences(request) {
    const { collection_id, user_id, ...body } = given(request);
    if (!user_id) {
      throw new InvalidInput('The call names no user_id.', { hint: "Give user_id: 'user-7'." });
    }
    const where = await this.#in(collection_id, 'users', user_id, 'preferences');
    return this.#send('POST', where, { body });
  }

  async #about(method, user, where = {}, what, body) {
    const parts = ['users', user, ...(what ? [what] : [])];
    const address = await this.#in(where?.collection_id, ...parts);
    return this.#send(method, address, { body, safe: method === 'GET' });
  }

  async #record(events, { product_field, collection_id } = {}) {
    const batch = Array.isArray(events) ? events : [events];
    return this.#send('POST', await this.#in(collection_id, 'events'), {
      params: { product_field },
      body: { events: batch },
      safe: batch.every((one) => one.event_id && one.time), // the same one the second time
    });
  }

  /** The path of something in the collection that is named, the client's, or the only one. */
  async #in(named, ...parts) {
    return path('collections', named ?? this.#link.collection ?? (await this.#onlyOne()), ...parts);
  }

  async #onlyOne() {
    if (this.#only) return this.#only;
    const names = (await this.collections.list()).map((one) => one.collection_id);
    if (names.length !== 1) {
      throw names.length
        ? new InvalidInput(
            `The call names no collection, and there are ${names.length}: ${names.join(', ')}.`,
            { hint: 'Name it as collection_id, or once for all as the collection of the client (LOOKALIKE_COLLECTION).' },
          )
        : new InvalidInput('The call names no collection, and the service has none yet.', {
            hint: 'Make one: client.buckets.connect({ collection_id, bucket_uri }).',
          });
    }
    [this.#only] = names;
    return this.#only;
  }

  #get(where, params) {
    return this.#send('GET', where, { params, safe: true });
  }

  /** `once`: the answer holds a secret, kept for nobody; it may have been done, so not again. */
  async #send(method, where, { params, body, form, safe = false, once = false } = {}) {
    const { url, headers, retries, backoffMs } = this.#link;
    const key = safe || once ? undefined : uniqueKey(); // the same for every attempt
    const init = {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(key ? { 'Idempotency-Key': key } : {}),
      },
      body: body === undefined ? form : JSON.stringify(body),
    };
    const address = `${url}/v1${where}${search(params)}`;
    let left = retries;
    for (let wait = backoffMs; ; wait *= 2, left -= 1) {
      let told = 0;
      try {
        const answer = await this.#link.fetch(address, { ...init, signal: this.#deadline() });
        const after = answer.headers.get('retry-after');
        const again = LATER.includes(answer.status) || (answer.status === 409 && key && after !== null);
        if (!again || left === 0) return await read(answer, address);
        told = 1000 * Number(after ?? 0) || 0;
        await answer.body?.cancel();
      } catch (error) {
        if (error instanceof LookalikeError) throw error;
        if (error.name === 'TimeoutError') throw tooSlow(url, this.#link.timeoutMs, error);
        if (left === 0 || once) throw unreachable(url, error);
      }
      const jittered = wait * (0.5 + 0.5 * Math.random()); // so that not all come back at once
      await sleep(Math.min(Math.max(jittered, told), LONGEST_WAIT_MS));
    }
  }

  #deadline() {
    return AbortSignal.timeout(this.#link.timeoutMs);
  }
}

/** The name under which the published recipe knows the client. */
export { Lookalike as Mixpeek };

const SPOKEN = {
  pattern: (value) => `${value} pattern`,
  color_family: (value) => `${value} color`,
  style: (value) => `${value} style`,
  material_appearance: (value) => `${value} look`,
  shape: (value) => `${value} shape`,
  aesthetic: (value) => `${value} aesthetic`,
  complexity: (value) => `${value} design`,
  product_type: (value) => `kind: ${value}`,
};

/**
 * The recommendation's own reason, else a sentence from attributes that both products have.
 * `similarity_reason` is exact, as it follows from the score; it is there unless `return_fields`
 * left it out.
 */
export function explainSimilarity(anchor, product) {
  if (product.similarity_reason) return product.similarity_reason;
  const [mine, theirs] = [anchor, product].map((one) => one.visual_attributes ?? {});
  const shared = Object.keys(SPOKEN)
    .filter((name) => isSaid(mine[name]) && mine[name] === theirs[name])
    .map((name) => SPOKEN[name](mine[name]))
    .slice(0, 3);
  if (shared.length) return `Same ${joined(shared)}.`;
  return product.similarity_score ? 'Similar overall look.' : 'Nothing in common.';
}

/**
 * What the page of a user gives its client as `userToken`; made on the shop's server from a key of
 * the scope users, which no page may hold.  No request is made.
 */
export async function userToken(apiKey, userId, { expiresInS = 3600 } = {}) {
  const [, keyId] = /^lk_([a-z0-9]+)_./.exec(apiKey) ?? [];
  if (!keyId) {
    throw new InvalidInput('A user token is signed with an API key, and this is no API key.', {
      hint: 'Make one: lookalike keys create --name server --scope users',
    });
  }
  const { subtle } = globalThis.crypto ?? (await import('node:crypto')).webcrypto; // Node 18
  const bytes = (text) => new TextEncoder().encode(text);
  const digest = await subtle.digest('SHA-256', bytes(apiKey));
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', digest, hmac, false, ['sign']);
  const expires = Math.floor(Date.now() / 1000) + expiresInS;
  const message = `lut.${keyId}.${expires}.${base64url(bytes(userId))}`;
  const signature = await subtle.sign('HMAC', key, bytes(message));
  return `${message}.${base64url(new Uint8Array(signature))}`;
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function isSaid(value) {
  return typeof value === 'string' && value !== '' && value !== 'unknown';
}

function joined(parts) {
  return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** What was given: keys that are undefined or null were not. */
function given(request) {
  if (request !== undefined && (typeof request !== 'object' || request === null)) {
    throw new InvalidInput(`The call takes an object, not ${String(request).slice(0, 60)}.`, {
      hint: "Write for example { collection_id: 'default', ... }.",
    });
  }
  return Object.fromEntries(Object.entries(request ?? {}).filter(([, value]) => value != null));
}

/** The array under `key`, with everything beside it as properties that no loop or copy sees. */
function listed(body, key) {
  const { [key]: items, ...beside } = body;
  for (const [name, value] of Object.entries(beside)) {
    Object.defineProperty(items, name, { value });
  }
  return items;
}

function path(...parts) {
  return `/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

function search(params = {}) {
  const pairs = Object.entries(given(params)).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)]),
  );
  return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}

async function read(answer, address) {
  const text = await answer.text();
  if (!answer.ok) throw failure(answer.status, text);
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LookalikeError(`${address} does not answer with JSON.`, {
      hint: 'Is it the address of a Lookalike service?', status: answer.status, cause,
    });
  }
}

const BY_CODE = {
  invalid_input: InvalidInput, not_found: NotFound, conflict: Conflict, unavailable: Unavailable,
  unauthorized: Unauthorized, forbidden: Forbidden, rate_limited: RateLimited,
};
const BY_STATUS = {
  401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 429: RateLimited, 502: Unavailable, 503: Unavailable,
  504: Unavailable,
};

function failure(status, text) {
  let problem;
  try {
    problem = JSON.parse(text);
  } catch {
    problem = undefined; // a page of a proxy
  }
  const { code, detail, hint } = problem ?? {};
  const kind = BY_CODE[code] ?? BY_STATUS[status] ?? (status < 500 ? InvalidInput : LookalikeError);
  const said = detail ?? `The service answered with status ${status}.`;
  return new kind(said, { ...(code ? { code } : {}), hint, status });
}

function unreachable(url, cause) {
  const reason = cause.cause?.message || cause.cause?.code || cause.message;
  return new Unavailable(`Nothing answers at ${url} (${reason}).`, {
    hint: 'Start it with `lookalike serve`, or give its address as baseUrl or LOOKALIKE_URL.',
    cause,
  });
}

function tooSlow(url, timeoutMs, cause) {
  return new Unavailable(`${url} did not answer within ${timeoutMs} ms.`, {
    hint: 'Give the client more: timeoutMs: 60000.', cause,
  });
}

/** A key that no other request has; `randomUUID` is only there where the page is secure. */
function uniqueKey() {
  if (globalThis.crypto?.randomUUID) return globalThis.crypto.randomUUID();
  return Array.from({ length: 8 }, () => Math.random().toString(16).slice(2, 6)).join('-');
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** An environment variable, where there is an environment. */
function variable(name) {
  return globalThis.process?.env?.[name] || undefined;
}
