// Run by `node --test`; what needs a service reads LOOKALIKE_URL and the folder of a catalog.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';

import {
  Conflict, Forbidden, InvalidInput, JobFailed, Lookalike, LookalikeError, Mixpeek, NotFound,
  RateLimited, Unauthorized, Unavailable, explainSimilarity, userToken,
} from '../lookalike.js';

const { LOOKALIKE_URL, LOOKALIKE_TEST_CATALOG: CATALOG, LOOKALIKE_TEST_SAID: SAID } = process.env;
const withService = {
  skip: LOOKALIKE_URL && CATALOG ? false : 'no service; run: ./lookalike test tests/client',
};

/** A server that answers as told, request by request, and keeps what it was asked. */
async function serving(answers, use, options = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ method: request.method, url: request.url, headers: request.headers,
        body: Buffer.concat(chunks).toString() });
      const { status = 200, body = {}, headers = {}, broken, silent } =
        answers[Math.min(asked.length, answers.length) - 1];
      if (broken) request.socket.destroy();
      else if (!silent) {
        response.writeHead(status, headers);
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${server.address().port}/`;
  try {
    await use(new Lookalike({ baseUrl, collection: 'c', backoffMs: 1, ...options }), asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const EMPTY = { body: { recommendations: [], request_id: 'r', degraded: [] } };

test('the recipe knows the client by another name', () => {
  assert.equal(Mixpeek, Lookalike);
});

test('the key goes along as a bearer, and only when there is one', async () => {
  await serving([{}], (client, asked) =>
    client.health().then(() => assert.equal(asked[0].headers.authorization, 'Bearer k')), { apiKey: 'k' });
  await serving([{}], (client, asked) =>
    client.health().then(() => assert.equal(asked[0].headers.authorization, undefined)));
});

test('undefined is not sent, below filters either, and null arguments count as not given', async () => {
  await serving([EMPTY], async (client, asked) => {
    await client.retrieve({
      query: { type: 'product', product_id: 'a' }, limit: undefined, weights: null,
      filters: { category: undefined, brand: null, price: { $gte: undefined, $lte: 5 } },
    });
    assert.deepEqual(JSON.parse(asked[0].body), {
      query: { type: 'product', product_id: 'a' }, filters: { brand: null, price: { $lte: 5 } },
    });
  });
});

test('whatever an id holds stays in its place of the address', async () => {
  await serving([{}], async (client, asked) => {
    await client.collections.get('a b', 'ä/b?c#d');
    assert.equal(asked[0].url, '/v1/collections/a%20b/products/%C3%A4%2Fb%3Fc%23d');
  });
});

test('reading is repeated after a broken connection and a 503, at most as often as told', async () => {
  await serving([{ broken: true }, { status: 503 }, EMPTY], async (client, asked) => {
    const similar = await client.retrieve({ query: {} });
    assert.equal(similar.request_id, 'r');
    assert.equal(asked.length, 3);
  });
  await serving([{ status: 503, body: { code: 'unavailable', detail: 'No index yet.' } }],
    async (client, asked) => {
      await assert.rejects(client.health(), { name: 'Unavailable', message: /No index yet/ });
      assert.equal(asked.length, 3);
    });
});

test('what changes something is repeated under one key, and the next call has another', async () => {
  const running = { status: 409, headers: { 'Retry-After': '0' } };
  for (const answer of [{ broken: true }, { status: 503 }, running]) {
    await serving([answer], async (client, asked) => {
      await assert.rejects(client.products.upsert({ sku: 's' }), LookalikeError);
      await assert.rejects(client.events.record({ kind: 'view' }), LookalikeError);
      const keys = asked.map((one) => one.headers['idempotency-key']);
      assert.equal(asked.length, 4);
      assert.ok(keys[0] && keys[0] === keys[1] && keys[2] === keys[3] && keys[0] !== keys[2]);
    }, { retries: 1 });
  }
  await serving([{ status: 409, body: { code: 'conflict' } }], async (client, asked) => {
    await assert.rejects(client.jobs.resume('j'), Conflict);
    assert.equal(asked.length, 1);
  });
});

test('a key is not made or turned twice, as nobody keeps its secret', async () => {
  for (const use of [
    (client) => client.keys.create({ name: 'page', scopes: ['recommend'] }),
    (client) => client.keys.rotate('k'),
    (client) => client.keys.revoke('k'),
  ]) {
    await serving([{ broken: true }, {}], async (client, asked) => {
      await assert.rejects(use(client), LookalikeError);
      assert.deepEqual(asked.map((one) => one.headers['idempotency-key']), [undefined]);
    });
    await serving([{ status: 503 }, { body: {} }], async (client, asked) => {
      await use(client); // nothing was done the first time
      assert.equal(asked.length, 2);
    });
  }
});

test('events with an id and a time of their own are repeated, as they count once', async () => {
  await serving([{ broken: true }, {}], async (client, asked) => {
    await client.events.record([{ event_id: 'e', time: '2026-01-01T00:00:00Z' }]);
    assert.equal(asked.length, 2);
  });
});

test('errors are classes by the code of the problem, and keep it, its message and hint', async () => {
  const cases = [
    [422, 'invalid_input', InvalidInput], [404, 'not_found', NotFound], [409, 'conflict', Conflict],
    [503, 'unavailable', Unavailable], [422, 'invalid_image', InvalidInput], [500, 'error', LookalikeError],
  ];
  for (const [status, code, kind] of cases) {
    await serving([{ status, body: { code, detail: 'What.', hint: 'Do.' } }], async (client) => {
      const error = await client.health().then(() => undefined, (found) => found);
      assert.equal(error.constructor, kind);
      assert.deepEqual([error.code, error.hint, error.status], [code, 'Do.', status]);
      assert.equal(error.message, 'What. Do.');
    }, { retries: 0 });
  }
});

test('a page of something else is an error that says so', async () => {
  await serving([{ status: 502, body: '<html>' }], (client) =>
    assert.rejects(client.health(), { name: 'Unavailable', message: /502/ }));
  await serving([{ body: '<html>' }], (client) =>
    assert.rejects(client.health(), /does not answer with JSON/));
});

test('silence ends at the timeout, nobody at the address is told, a wrong address refused', async () => {
  await serving([{ silent: true }], async (client, asked) => {
    await assert.rejects(client.health(), { name: 'Unavailable', message: /within 100 ms/ });
    assert.equal(asked.length, 1);
  }, { timeoutMs: 100 });
  const nobody = new Lookalike({ baseUrl: 'http://127.0.0.1:9', retries: 0 });
  await assert.rejects(nobody.health(), { name: 'Unavailable', message: /lookalike serve/ });
  assert.throws(() => new Lookalike({ baseUrl: 'localhost:8000' }), InvalidInput);
});

test('a call without a collection takes the only one, and lists them where there are several', async () => {
  const named = (...names) => ({ body: { collections: names.map((collection_id) => ({ collection_id })) } });
  const free = { collection: undefined };
  await serving([named('only'), {}, {}], async (client, asked) => {
    await client.collections.get('a');
    await client.collections.get('b');
    assert.deepEqual(asked.map(({ url }) => url), ['/v1/collections',
      '/v1/collections/only/products/a', '/v1/collections/only/products/b']);
  }, free);
  await serving([named('x', 'y')], (client) =>
    assert.rejects(client.collections.get('a'), { name: 'InvalidInput', message: /x, y/ }), free);
  await serving([named()], (client) =>
    assert.rejects(client.collections.get('a'), /has none yet/), free);
});

test('a job is waited for until it is over; a failed one is an error with the job', async () => {
  const at = (state) => ({ body: { job_id: 'j', state, message: 'no photos' } });
  await serving([at('queued'), at('running'), at('succeeded')], async (client, asked) => {
    const job = await client.buckets.connect({ bucket_uri: '/x' }, { wait: true });
    assert.equal(job.state, 'succeeded');
    assert.deepEqual(asked.map(({ method }) => method), ['POST', 'GET', 'GET']);
  });
  await serving([at('queued'), at('failed')], async (client) => {
    const error = await client.buckets.connect({ bucket_uri: '/x' }, { wait: true }).catch((e) => e);
    assert.ok(error instanceof JobFailed && error.job.job_id === 'j' && /no photos/.test(error.message));
  });
  await serving([at('running')], (client) =>
    assert.rejects(client.jobs.wait('j', { waitMs: 0 }), /still runs/));
});

test('a list is an array; what was said beside it is there, and no copy of a product', async () => {
  const body = { recommendations: [{ sku: 'a' }], request_id: 'r', degraded: ['x'], limits: [] };
  await serving([{ body }], async (client) => {
    const similar = await client.retrieve({ query: {} });
    assert.ok(Array.isArray(similar));
    assert.deepEqual([similar.request_id, similar.degraded], ['r', ['x']]);
    assert.deepEqual(Object.keys(similar), ['0']);
    assert.equal(JSON.stringify(similar), '[{"sku":"a"}]');
    assert.deepEqual([...similar.map((one) => one.sku)], ['a']);
  });
});

test('the reason of two products follows from what they share', { skip: !SAID && 'no cases; run: ./lookalike test tests/client' }, () => {
  for (const { fact, anchor, product, said } of JSON.parse(readFileSync(SAID, 'utf8'))) {
    assert.equal(explainSimilarity(anchor, product), said, fact);
  }
});

test('every export is declared in the types, and no other', () => {
  const here = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
  const names = (text) => [...text.matchAll(
    /^export (?:declare )?(?:async )?(?:class|function|const) (\w+)|^export \{ \w+ as (\w+) \}/gm)]
    .map(([, plain, alias]) => plain ?? alias).sort();
  assert.deepEqual(names(here('../lookalike.js')), names(here('../lookalike.d.ts')));
});

test('every call works against a service, and says what Python says', withService, async () => {
  const client = new Lookalike();
  const collection_id = 'from-javascript';
  const done = await client.buckets.connect({ collection_id, bucket_uri: CATALOG }, { wait: true });
  assert.equal(done.state, 'succeeded');
  const mine = new Lookalike({ collection: collection_id });
  assert.equal((await client.health()).collections[collection_id], done.counts.products);
  assert.ok((await client.collections.list()).some((one) => one.collection_id === collection_id));
  assert.ok((await client.jobs.list()).length >= 0);
  assert.deepEqual(await client.jobs.problems(done.job_id), []);

  const page = await mine.products.list({ where: ['in_stock'], limit: 5 });
  assert.equal(page.length, 5);
  assert.ok(page.count > 5 && page.cursor);
  const product = await mine.collections.get(page[0].sku);
  assert.deepEqual(product, await client.collections.get(collection_id, page[0].sku));
  const similar = await mine.retrieve({
    query: { type: 'image', embedding: product.image_embedding },
    filters: { sku: { $ne: product.sku }, category: undefined, brand: null }, limit: 3,
  });
  assert.equal(similar.length, 3);
  assert.equal(similar.collection_id, collection_id);
  assert.equal((await mine.whyNot(similar[0].sku, { query: { type: 'product', product_id: product.sku } })).sku,
    similar[0].sku);
  assert.ok((await mine.collections.facets()).brand.length > 0);

  const photo = await fetch(new URL(product.image_url, LOOKALIKE_URL)).then((got) => got.blob());
  const { upload_id } = await mine.upload(photo);
  const [same] = await mine.retrieve({ query: { type: 'image', upload_id }, limit: 1 });
  assert.equal(same.sku, product.sku);
  assert.ok((await mine.recommendations.fromScene({ upload_id })).parts.length > 0);
  assert.equal((await mine.recommendations.quiz({ limit: 4 })).length, 4);
  assert.deepEqual((await mine.match(product.sku, similar[0].sku)).skus, [product.sku, similar[0].sku]);

  await mine.users.updatePreferences({ user_id: 'js', interaction: { product_id: product.sku, action: 'save' } });
  const event = { event_id: 'js-1', user_id: 'anon', kind: 'view', product_id: product.sku, time: '2026-01-01T00:00:00Z' };
  assert.equal((await mine.events.record(event)).accepted, 1);
  assert.equal((await mine.events.record([event])).repeated, 1);
  await mine.users.login('js', { anonymous_id: 'anon' });
  assert.deepEqual((await mine.users.get('js')).saved, [product.sku]);
  assert.equal((await mine.users.export('js')).events.length, 2);
  assert.equal((await mine.users.decide('js', 'pause')).is_paused, true);
  assert.ok((await mine.users.erase('js')).signature);

  const put = await mine.products.upsert({ sku: 'NEW/1', name: 'New', price: '12.30' });
  assert.equal(put.price, 12.3);
  await mine.products.delete('NEW/1');
  await assert.rejects(mine.products.get('NEW/1'), NotFound);
  await assert.rejects(client.collections.get(product.sku), /collection/);
});

test('keys go out as a header, and refusals come back as what they are', async () => {
  const told = (status, code) => ({ status, body: { code, detail: 'No.', hint: 'Ask.' } });
  const answers = [
    told(401, 'unauthorized'), told(403, 'forbidden'), told(429, 'rate_limited'), { status: 429 },
  ];
  await serving(answers, async (client, asked) => {
    await assert.rejects(client.jobs.list(), Unauthorized);
    await assert.rejects(client.jobs.list(), Forbidden);
    await assert.rejects(client.jobs.list(), RateLimited);
    await assert.rejects(client.jobs.list(), Unavailable);
    assert.equal(asked[0].headers.authorization, 'Bearer lk_a_b');
    assert.equal(asked[0].headers['lookalike-user'], 'lut.x');
  }, { apiKey: 'lk_a_b', userToken: 'lut.x', retries: 0 });
});

test('a call that came too early is made again when the service says', async () => {
  const early = { status: 429, headers: { 'Retry-After': '0' } };
  await serving([early, { body: { jobs: [] } }], async (client, asked) => {
    assert.deepEqual(await client.jobs.list(), []);
    assert.equal(asked.length, 2);
  });
});

test('keys are made, listed, rotated and revoked', async () => {
  const answers = [
    { status: 201, body: { key_id: 'k', secret: 's' } }, { body: { keys: [{ key_id: 'k' }] } },
    { body: { key_id: 'k', secret: 't' } }, { status: 204, body: '' },
  ];
  await serving(answers, async (client, asked) => {
    const made = await client.keys.create({ name: 'till', scopes: ['recommend'] });
    assert.equal(made.secret, 's');
    assert.deepEqual(await client.keys.list(), [{ key_id: 'k' }]);
    assert.equal((await client.keys.rotate('k', { grace_hours: 1 })).secret, 't');
    await client.keys.revoke('k', { forget: true });
    assert.deepEqual(asked.map(({ method, url, body }) => [method, url, body]), [
      ['POST', '/v1/keys', '{"name":"till","scopes":["recommend"]}'],
      ['GET', '/v1/keys', ''],
      ['POST', '/v1/keys/k/rotate', '{"grace_hours":1}'],
      ['DELETE', '/v1/keys/k?forget=true', ''],
    ]);
  });
});

test('a user token is signed as the service reads it', async () => {
  const token = await userToken('lk_abcdefgh__secret-_x', 'Zoë/7 \u{1F600}', { expiresInS: 60 });
  const [mark, id, expires, user, signature] = token.split('.');
  assert.deepEqual([mark, id], ['lut', 'abcdefgh']);
  assert.ok(Math.abs(Number(expires) - Date.now() / 1000 - 60) < 5);
  assert.equal(Buffer.from(user, 'base64url').toString(), 'Zoë/7 \u{1F600}');
  const { createHash, createHmac } = await import('node:crypto');
  const key = createHash('sha256').update('lk_abcdefgh__secret-_x').digest();
  const right = createHmac('sha256', key).update(token.slice(0, token.lastIndexOf('.')));
  assert.equal(signature, right.digest('base64url'));
  await assert.rejects(userToken('hello', 'u'), InvalidInput);
});
