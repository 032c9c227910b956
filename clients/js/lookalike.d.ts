/** Client of a Lookalike service.  Requests and answers have the names of the HTTP API. */

/** Values are the merchant's own. */
export type Json = Record<string, any>;

export interface ClientOptions {
  apiKey?: string;
  baseUrl?: string;
  collection?: string;
  timeoutMs?: number;
  retries?: number;
  backoffMs?: number;
  fetch?: typeof globalThis.fetch;
  userToken?: string;
}

export type Scope = 'admin' | 'catalog' | 'recommend' | 'events' | 'users' | 'metrics' | 'storefront';

export interface KeyRequest {
  name: string;
  scopes: Scope[];
  collections?: string[];
  origins?: string[];
  per_minute?: number | null;
  expires_in_days?: number | null;
}

export interface Key {
  key_id: string;
  name: string;
  state: 'active' | 'expired' | 'revoked';
  scopes: Scope[];
  collections: string[];
  origins: string[];
  per_minute: number | null;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  old_secret_until: string | null;
}

export interface InCollection {
  collection_id?: string | null;
}

export interface Embedding {
  row: number[] | null;
  rows: number[][];
  channels: Record<string, number>;
}

export interface VisualAttributes {
  color_family?: string;
  pattern?: string;
  style?: string;
  material_appearance?: string;
  shape?: string;
  complexity?: string;
  aesthetic?: string;
  product_type?: string;
  [name: string]: any;
}

export interface Product {
  sku: string;
  name: string | null;
  category: string | null;
  brand: string | null;
  /** 0 or more; null where the catalog has none, which arithmetic takes for 0. */
  price: any;
  currency: string | null;
  in_stock: boolean | null;
  image_url: string | null;
  images: Json[];
  visual_attributes: VisualAttributes;
  extra: Json;
  image_embedding?: Embedding;
  [field: string]: any;
}

export interface Recommendation extends Product {
  position: number;
  similarity_score: number;
  similarity_reason: string;
  band: string;
  explanation: Json | null;
  /** What merchant rules had to do with its place; absent where none had. */
  rules?: RuleMark[];
  /** True where somebody paid for its place. */
  sponsored?: boolean;
}

export interface RuleMark {
  name: string;
  kind: 'pin' | 'boost' | 'bury' | 'exclude';
  amount: number;
  sponsored: boolean;
}

export interface Piece extends Product {
  slot: string | null;
  role: string;
  score: number;
  reason: string;
  alternatives: Json[];
  rules?: RuleMark[];
  sponsored?: boolean;
}

export type Recommendations = Recommendation[] & {
  readonly request_id: string;
  readonly generation: number;
  readonly collection_id: string;
  readonly limits: string[];
  readonly degraded: string[];
  readonly cursor: string | null;
  readonly rules: string[];
};

export type Complementary = Piece[] & {
  readonly request_id: string;
  readonly generation: number;
  readonly collection_id: string;
  readonly look_type: string;
  readonly anchor_product: Piece | null;
  readonly looks: Json[];
  readonly look_total: number | null;
  readonly currency: string | null;
  readonly infeasible: Json | null;
  readonly limits: string[];
  readonly degraded: string[];
  readonly merchant_rules: string[];
};

export type Products = Product[] & { readonly count: number; readonly cursor: string | null };

export interface Job {
  job_id: string;
  collection_id: string;
  kind: string;
  state: 'queued' | 'running' | 'canceling' | 'canceled' | 'succeeded' | 'failed' | 'interrupted';
  stage: string | null;
  /** Of the stage it is at, in [0, 1]. */
  progress: number | null;
  stages: { stage: string; done: number; total: number | null }[];
  counts: Json;
  message: string | null;
  report: Json | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface ConnectRequest extends InCollection {
  bucket_uri: string;
  extractors?: string[] | null;
  settings?: {
    product_id_field?: string | null;
    multiple_images_per_product?: boolean | null;
    extract_attributes?: string[] | null;
  };
  images?: string | null;
  mapping?: Record<string, string>;
  format?: string | null;
  mode?: 'full' | 'delta';
  version?: number | null;
  dry_run?: boolean;
  accept_loss?: boolean;
  keep_missing?: boolean;
  extract_attributes?: string[] | null;
}

/** What an index run would do; nothing was changed. */
export interface ConnectPlan {
  collection_id: string;
  products: number;
  added: number;
  changed: number;
  removed: number;
  stale: number;
  images: number;
  to_encode: number;
  reused: number;
  seconds: number;
  format: string;
  mapping: Record<string, string[]>;
  problems: Json[];
  problem_counts: Record<string, number>;
}

export interface Waiting {
  wait?: boolean;
  waitMs?: number;
}

export interface Patch {
  sku: string;
  price?: number | string | null;
  currency?: string | null;
  in_stock?: boolean | null;
  version?: number | null;
}

export interface Patched {
  results: {
    sku: string;
    status: 'changed' | 'unchanged' | 'stale' | 'not_found' | 'invalid';
    message: string;
  }[];
  counts: Record<string, number>;
}

export interface Attribute {
  name: string;
  value: string;
  source: string;
  confidence: number;
  version: string;
  evidence: Json;
  probabilities: Record<string, number>;
  others?: Attribute[];
}

export interface Slots {
  kinds: Json[];
  unmapped: Json[];
  counts: Record<string, number>;
  products: number;
  set: Record<string, string>;
  look_types: Record<string, string[]>;
}

export type DuplicateKind = 'same-photo' | 'near-identical' | 'variants';

export interface Query {
  type: 'product' | 'image' | 'attributes' | 'text' | 'mix' | 'user_preferences';
  product_id?: string;
  embedding?: Embedding | number[];
  data?: string;
  upload_id?: string;
  crop?: { x: number; y: number; width: number; height: number };
  but?: Record<string, string>;
  attributes?: Record<string, string>;
  text?: string;
  user_id?: string;
  product_ids?: string[];
  parts?: { query: Query; weight?: number }[];
}

export interface RetrieveRequest extends InCollection {
  query: Query;
  /** Field -> value or operators; undefined and null values are ignored. */
  filters?: Json | null;
  return_fields?: string[] | null;
  limit?: number;
  weights?: Record<string, number> | null;
  same_category?: boolean;
  price_range?: { min?: number; max?: number } | null;
  exclude?: string[];
  exclude_owned?: string[];
  diversity?: number | null;
  max_per?: Record<string, number>;
  collapse_variants?: boolean;
  min_score?: number | null;
  explain?: boolean;
  user_id?: string | null;
  rules?: string[] | null;
  cursor?: string | null;
  time_budget_ms?: number | null;
}

export type Surface = 'similar' | 'looks' | 'feed';

export interface MerchantRule extends InCollection {
  kind: 'pin' | 'boost' | 'bury' | 'exclude';
  where?: Json | null;
  skus?: string[];
  positions?: number[];
  amount?: number | null;
  surfaces?: Surface[] | null;
  for_anchors?: Json | null;
  starts?: string | null;
  ends?: string | null;
  priority?: number;
  enabled?: boolean;
  when?: 'usual' | 'on_request' | 'always';
  sponsored?: boolean;
  sold_out?: boolean;
}

export interface RulePreviewRequest extends InCollection {
  rule?: (Omit<MerchantRule, 'collection_id'> & { name: string }) | null;
  remove?: string | null;
  surface?: Surface;
  anchors?: string[];
  sample?: number;
  limit?: number;
  at?: string | null;
}

export interface Rule {
  attribute: string;
  match: 'same' | 'similar' | 'complementary' | 'different' | 'any';
  weight?: number;
  required?: boolean;
}

export interface LooksRequest extends InCollection {
  product_id?: string | null;
  product_embedding?: Embedding | number[] | null;
  product_attributes?: Json | null;
  look_type?: string | null;
  rules?: Rule[] | null;
  limit?: number;
  anchors?: { query: Query; attributes?: Json }[];
  looks?: number;
  budget?: number | string | null;
  filters?: Json | null;
  in_stock?: boolean;
  owned?: string[];
  locked?: string[];
  exclude?: string[];
  pins?: string[];
  bans?: string[];
  without?: string[];
  user_id?: string | null;
  alternatives?: number;
  time_budget_ms?: number | null;
  merchant_rules?: string[] | null;
}

export interface SceneRequest extends InCollection {
  data?: string | null;
  upload_id?: string | null;
  crop?: { x: number; y: number; width: number; height: number } | null;
  look_type?: string | null;
  filters?: Json | null;
  in_stock?: boolean;
  budget?: number | string | null;
  limit?: number;
}

export interface PreferencesRequest extends InCollection {
  user_id: string;
  visual_signals?: {
    embedding?: Embedding | number[] | null;
    attributes?: Json | null;
    weight?: number;
  } | null;
  interaction?: { product_id: string; action: string } | null;
  event_id?: string | null;
}

export interface ProductInput extends InCollection {
  sku: string;
  name?: string | null;
  category?: string | null;
  brand?: string | null;
  price?: number | string | null;
  currency?: string | null;
  in_stock?: boolean | null;
  variant_group?: string | null;
  url?: string | null;
  images?: string[];
  extra?: Json;
  version?: number | null;
}

export declare class LookalikeError extends Error {
  constructor(message: string, more?: { code?: string; hint?: string; status?: number; cause?: unknown });
  readonly code: string;
  readonly hint: string;
  readonly status?: number;
}
export declare class InvalidInput extends LookalikeError {}
export declare class NotFound extends LookalikeError {}
export declare class Conflict extends LookalikeError {}
export declare class Unavailable extends LookalikeError {}
export declare class Unauthorized extends LookalikeError {}
export declare class Forbidden extends LookalikeError {}
export declare class RateLimited extends Unavailable {}
export declare class JobFailed extends LookalikeError {
  constructor(job: Job);
  readonly job: Job;
}

export declare class Lookalike {
  constructor(options?: ClientOptions);

  retrieve(request: RetrieveRequest): Promise<Recommendations>;
  whyNot(sku: string, request: RetrieveRequest): Promise<Json>;
  match(sku: string, other: string, where?: InCollection): Promise<Json>;
  upload(
    data: Blob | ArrayBuffer | ArrayBufferView,
    where?: InCollection,
  ): Promise<{ upload_id: string; width: number; height: number }>;
  health(): Promise<{ status: string; version: string; collections: Record<string, number> }>;
  ready(): Promise<{ status: 'ready' }>;

  readonly buckets: {
    /** With `dry_run` what comes back is a plan; see `plan`. */
    connect(request: ConnectRequest, options?: Waiting): Promise<Job>;
    plan(request: ConnectRequest): Promise<ConnectPlan>;
  };
  readonly collections: {
    get(productId: string): Promise<Product>;
    get(collectionId: string, productId: string): Promise<Product>;
    list(): Promise<{ collection_id: string; products: number }[]>;
    facets(where?: InCollection): Promise<Record<string, { value: string; count: number }[]>>;
  };
  readonly products: {
    get(productId: string): Promise<Product>;
    get(collectionId: string, productId: string): Promise<Product>;
    list(
      request?: InCollection & { where?: string[]; limit?: number; cursor?: string | null },
    ): Promise<Products>;
    upsert(request: ProductInput): Promise<Product>;
    delete(sku: string, where?: InCollection): Promise<void>;
    patch(patches: Patch[], where?: InCollection): Promise<Patched>;
    duplicates(
      request?: InCollection & { kinds?: DuplicateKind[]; where?: string[]; limit?: number },
    ): Promise<Json>;
  };
  readonly attributes: {
    get(sku: string, name: string, where?: InCollection): Promise<Attribute>;
    decide(
      sku: string,
      name: string,
      value: string,
      options?: InCollection & { by?: string },
    ): Promise<Attribute>;
    forget(sku: string, name: string, where?: InCollection): Promise<void>;
    conflicts(request?: InCollection & { attribute?: string; limit?: number }): Promise<Json>;
    unknownWords(
      where?: InCollection,
    ): Promise<{ attribute: string; column: string; word: string; count: number }[]>;
  };
  readonly looks: {
    slots(where?: InCollection): Promise<Slots>;
    setSlot(kind: string, slot: string | null, where?: InCollection): Promise<Slots>;
    forgetSlot(kind: string, where?: InCollection): Promise<void>;
    setType(
      name: string,
      request: InCollection & { required?: string[]; optional?: string[] },
    ): Promise<Slots>;
    forgetType(name: string, where?: InCollection): Promise<void>;
  };
  readonly encoders: {
    swap(
      encoder: string,
      options?: InCollection & Waiting & { compare?: number; dry_run?: boolean },
    ): Promise<Job>;
    rollback(options?: InCollection & Waiting & { compare?: number }): Promise<Job>;
  };
  readonly jobs: {
    get(id: string): Promise<Job>;
    list(options?: { limit?: number }): Promise<Job[]>;
    wait(id: string, options?: { waitMs?: number }): Promise<Job>;
    problems(id: string, options?: { offset?: number; limit?: number }): Promise<Json[]>;
    cancel(id: string): Promise<Job>;
    resume(id: string): Promise<Job>;
  };
  readonly keys: {
    create(request: KeyRequest): Promise<Key & { secret: string }>;
    list(): Promise<Key[]>;
    revoke(id: string, options?: { forget?: boolean }): Promise<void>;
    rotate(id: string, options?: { grace_hours?: number }): Promise<Key & { secret: string }>;
  };
  readonly recommendations: {
    getComplementary(request: LooksRequest): Promise<Complementary>;
    fromScene(request: SceneRequest): Promise<Json>;
    quiz(request?: InCollection & { where?: string[]; limit?: number }): Promise<Product[]>;
  };
  readonly rules: {
    list(where?: InCollection): Promise<Json[]>;
    get(name: string, where?: InCollection): Promise<Json>;
    set(name: string, request: MerchantRule): Promise<Json>;
    delete(name: string, where?: InCollection): Promise<void>;
    preview(request: RulePreviewRequest): Promise<Json>;
  };
  readonly users: {
    updatePreferences(request: PreferencesRequest): Promise<Json>;
    get(userId: string, where?: InCollection): Promise<Json>;
    export(userId: string, where?: InCollection): Promise<Json>;
    decide(
      userId: string,
      action: 'mute' | 'unmute' | 'delete' | 'pause' | 'resume' | 'reset',
      options?: InCollection & { taste?: string },
    ): Promise<Json>;
    login(userId: string, options: InCollection & { anonymous_id: string }): Promise<void>;
    erase(userId: string, where?: InCollection): Promise<Json>;
    feed(
      userId: string,
      request?: InCollection & {
        where?: string[];
        limit?: number;
        diversity?: number;
        cursor?: string | null;
        explain?: boolean;
      },
    ): Promise<Recommendations>;
    receipts(where?: InCollection): Promise<Json[]>;
    verify(
      receipt: Json,
      options?: InCollection & { user_id?: string },
    ): Promise<{ is_genuine: boolean; is_of: boolean | null; is_gone: boolean | null }>;
  };
  readonly events: {
    record(
      events: Json | Json[],
      options?: InCollection & { product_field?: string },
    ): Promise<Json>;
  };
}

export { Lookalike as Mixpeek };

export declare const DEFAULT_URL: string;

/** Signs who a browser is; for the shop's server, with a key of the scope users. */
export declare function userToken(
  apiKey: string,
  userId: string,
  options?: { expiresInS?: number },
): Promise<string>;

/** The recommendation's own reason, else a sentence from attributes that both products have. */
export declare function explainSimilarity(
  anchor: { visual_attributes?: VisualAttributes | null },
  product: {
    visual_attributes?: VisualAttributes | null;
    similarity_reason?: string | null;
    similarity_score?: number | null;
  },
): string;
